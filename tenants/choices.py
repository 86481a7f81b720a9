"""States, and which may follow which."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class TenantKind(models.TextChoices):
    """Fixed at birth: what is worth something in a live tenant never is in a sandbox."""

    LIVE = "live", _("Live")
    SANDBOX = "sandbox", _("Sandbox")


class TenantState(models.TextChoices):
    """The life of a tenant."""

    PENDING = "pending", _("Pending")
    PROVISIONING = "provisioning", _("Being set up")
    TRIAL = "trial", _("Trial")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    ARCHIVED = "archived", _("Archived")
    PURGED = "purged", _("Purged")


TRANSITIONS: dict[str, frozenset[str]] = {
    TenantState.PENDING: frozenset({TenantState.PROVISIONING, TenantState.PURGED}),
    TenantState.PROVISIONING: frozenset(
        {TenantState.TRIAL, TenantState.ACTIVE, TenantState.PURGED}
    ),
    TenantState.TRIAL: frozenset({TenantState.ACTIVE, TenantState.SUSPENDED}),
    TenantState.ACTIVE: frozenset({TenantState.SUSPENDED}),
    TenantState.SUSPENDED: frozenset({TenantState.TRIAL, TenantState.ACTIVE, TenantState.ARCHIVED}),
    TenantState.ARCHIVED: frozenset({TenantState.SUSPENDED, TenantState.PURGED}),
    TenantState.PURGED: frozenset(),
}
"""Source: the life cycle of the design; a state that is missing on the right is refused."""

LIVING = (TenantState.TRIAL, TenantState.ACTIVE, TenantState.SUSPENDED)
"""States in which the tenant has a schema and takes part in migrations."""


class HoldKind(models.TextChoices):
    """Why a tenant is held back."""

    BILLING = "billing", _("Billing")
    QUOTA = "quota", _("Quota")
    ABUSE = "abuse", _("Abuse")
    COMPLIANCE = "compliance", _("Compliance")
    CHANNEL = "channel", _("Channel")
    MANUAL = "manual", _("Manual")
    TRANSFER = "transfer", _("Transfer")


class HoldLevel(models.IntegerChoices):
    """How far it is held back; the effective level is the highest open one."""

    WARNED = 1, _("Administrators warned")
    READ_ONLY = 2, _("Console read-only")
    CLOSED = 3, _("Storefront closed")
    ARCHIVED = 4, _("Archived")


class DomainKind(models.TextChoices):
    """What a host name serves."""

    STORE = "store", _("Storefront")
    CONSOLE = "console", _("Console")


class DomainState(models.TextChoices):
    """Whether the name was proven to belong to the tenant."""

    PENDING = "pending", _("Waiting for proof")
    VERIFIED = "verified", _("Verified")
    BROKEN = "broken", _("No longer points here")


class SlotState(models.TextChoices):
    """A ready schema of the warm pool."""

    READY = "ready", "ready"
    CLAIMED = "claimed", "claimed"


class InstallState(models.TextChoices):
    """A module in a tenant."""

    ENABLED = "enabled", _("On")
    DISABLED = "disabled", _("Off, data kept")


class JobKind(models.TextChoices):
    """Work on a tenant that takes several steps."""

    PROVISION = "provision", _("Set up")
    ARCHIVE = "archive", _("Archive")
    RESTORE = "restore", _("Restore")
    PURGE = "purge", _("Purge")
    COPY = "copy", _("Copy")
    EXPORT = "export", _("Export")
    IMPORT = "import", _("Import")
    MODULE_ENABLE = "module_enable", _("Switch a function on")
    MODULE_UNINSTALL = "module_uninstall", _("Uninstall a function")
    TEMPLATE = "template", _("Bring a template in")
    TRANSFER = "transfer", _("Move to another provider")


LONG_JOBS = (
    JobKind.ARCHIVE,
    JobKind.RESTORE,
    JobKind.PURGE,
    JobKind.COPY,
    JobKind.EXPORT,
    JobKind.IMPORT,
    JobKind.MODULE_UNINSTALL,
    JobKind.TEMPLATE,
)
"""Work whose length grows with a tenant's data."""


class JobState(models.TextChoices):
    """Where a job stands."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class RunState(models.TextChoices):
    """A migration of the whole fleet."""

    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    STOPPED = "stopped", _("Stopped by a failure")
    ABORTED = "aborted", _("Aborted")
