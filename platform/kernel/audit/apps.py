"""Django app of the audit log."""

from __future__ import annotations

from django.apps import AppConfig

from kernel.tenancy.append_only import append_only
from kernel.tenancy.carried import Carrier, register_carrier


class AuditConfig(AppConfig):
    """Who did what: one log per tenant, one for the installation."""

    name = "kernel.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the table append-only, and let the actor follow tasks and events."""
        from kernel.audit import actor, notices
        from kernel.tenancy.schedules import Schedule, register_schedule

        append_only("audit_entry")
        notices.offer_all()
        register_schedule(Schedule("audit.keep", "kernel.audit.tasks:keep_nightly", "23 3 * * *"))
        register_carrier(Carrier("actor", actor.read_carried, actor.bind_carried))
