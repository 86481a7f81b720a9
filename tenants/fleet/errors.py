"""What the runner refuses, and how a tenant may fail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class RunInProgress(DomainError):
    """Another process migrates the fleet."""

    code = "tenants.migration_in_progress"
    status = 409
    title = _("Another process is migrating the tenants; watch it with: stoa migrate status")


class NoRunToAbort(DomainError):
    """Nothing is being migrated."""

    code = "tenants.no_migration_to_abort"
    status = 409
    title = _("No migration of the tenants is running.")


class UnsafeMigrations(DomainError):
    """A pending migration would hold up or break what runs while it is applied."""

    code = "tenants.unsafe_migrations"
    status = 409
    title = _("Pending migrations break the rules for migrations on running tenants.")


class UseFleetRunner(DomainError):
    """A stock command that would migrate tenants past the runner."""

    code = "tenants.use_stoa_migrate"
    title = _("This command is replaced; use: stoa migrate")
