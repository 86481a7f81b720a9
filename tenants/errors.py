"""What the registry refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class StateRefused(DomainError):
    """The tenant is in a state in which this cannot be done."""

    code = "tenants.state_refused"
    status = 409
    title = _("This cannot be done in the tenant's present state.")


class SandboxStays(DomainError):
    """What was tried out where nothing has value never becomes real."""

    code = "tenants.sandbox_stays"
    status = 409
    title = _("A sandbox cannot become a live shop, not even as a copy.")


class JobOpen(DomainError):
    """Another piece of work on this tenant has not ended."""

    code = "tenants.job_open"
    status = 409
    title = _("Another piece of work on this tenant has not ended.")


class UnknownJob(DomainError):
    """There is no such job."""

    code = "tenants.unknown_job"
    status = 404
    title = _("There is no such piece of work.")


class JobFailed(DomainError):
    """A piece of work failed; its reason is the detail."""

    code = "tenants.job_failed"
    status = 409
    title = _("The work on this tenant failed.")


class WeakPassphrase(DomainError):
    """A passphrase that could be guessed."""

    code = "tenants.weak_passphrase"
    title = _("The passphrase must have at least 12 characters.")


class InvalidTenantName(DomainError):
    """A name is empty, too long, or has characters that cannot be shown."""

    code = "tenants.invalid_name"
    title = _("A name has 1 to 120 characters that can be shown.")


class InvalidTenantField(DomainError):
    """A locale, time zone, currency or kind that is not known."""

    code = "tenants.invalid_field"
    title = _("One of the tenant's particulars is not known.")


class InvalidDomain(DomainError):
    """A host name that cannot be used."""

    code = "tenants.invalid_domain"
    title = _("This is not a host name that can be used.")


class ReservedDomain(DomainError):
    """A host name that the installation keeps for itself."""

    code = "tenants.reserved_domain"
    title = _("This host name is reserved.")


class ConfusableDomain(DomainError):
    """A host name that looks like one of another tenant."""

    code = "tenants.confusable_domain"
    status = 409
    title = _("This host name looks like one that is already in use.")


class DomainTaken(DomainError):
    """A host name that is already bound; it is not said to whom."""

    code = "tenants.domain_taken"
    status = 409
    title = _("This host name is already in use.")


class DomainNotProven(DomainError):
    """The DNS does not hold the proof."""

    code = "tenants.domain_not_proven"
    status = 409
    title = _("The DNS does not yet show that this name is yours.")


class UnknownDomain(DomainError):
    """The tenant has no such host name."""

    code = "tenants.unknown_domain"
    status = 404
    title = _("There is no such host name here.")


class PoolEmpty(DomainError):
    """No ready schema is left, and this process may not make one."""

    code = "tenants.pool_empty"
    status = 503
    title = _("The tenant is being set up; this takes a few seconds.")


class ArchiveUnreadable(DomainError):
    """An archive is damaged, encrypted for another key, or of an unknown format."""

    code = "tenants.archive_unreadable"
    title = _("The archive cannot be read.")


class ArchiveUnsuited(DomainError):
    """An archive that can be read and that this installation cannot take in."""

    code = "tenants.archive_unsuited"
    status = 409
    title = _("This installation cannot take the archive in.")


class NotConfirmed(DomainError):
    """A destructive act was not confirmed in the words asked for."""

    code = "tenants.not_confirmed"
    title = _("This must be confirmed by repeating the name.")


class TenantBusy(DomainError):
    """Work on the tenant's tables held up a change of them; trying again will do."""

    code = "tenants.busy"
    status = 503
    title = _("The tenant is busy at the moment. Please try again.")


class ModuleNotInstalled(DomainError):
    """A migration of the module failed; the tenant is as it was before."""

    code = "tenants.module_not_installed"
    status = 500
    title = _("The function's tables could not be made. Nothing was changed.")
