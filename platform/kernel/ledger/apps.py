"""Assets, accounts and journals, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig

from kernel.tenancy.append_only import append_only
from kernel.tenancy.schedules.declared import Schedule, register_schedule


class LedgerConfig(AppConfig):
    """Assets, accounts and journals."""

    name = "kernel.ledger"
    label = "ledger"

    def ready(self) -> None:
        """Journals and their lines are written once; what expires does so every hour."""
        append_only("ledger_journal", "ledger_posting")
        register_schedule(
            Schedule(
                name="ledger.expire",
                function="kernel.ledger.services.expiry:expire_at",
                cron="5 * * * *",
                asked=True,
            )
        )
