"""Django app of the outbox."""

from __future__ import annotations

from django.apps import AppConfig

from kernel.tenancy.schedules import Schedule, register_schedule


class OutboxConfig(AppConfig):
    """Events of one tenant, waiting for their handlers."""

    name = "kernel.common.outbox"
    label = "outbox"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare the nightly clean-up."""
        register_schedule(
            Schedule(
                name="outbox.prune",
                function="kernel.common.outbox.history:prune_nightly",
                cron="17 3 * * *",
                runs_when_suspended=True,
            )
        )
