"""Assets, accounts and journals, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig

from kernel.tenancy.append_only import append_only


class LedgerConfig(AppConfig):
    """Assets, accounts and journals."""

    name = "kernel.ledger"
    label = "ledger"

    def ready(self) -> None:
        """Journals and their lines are written once."""
        append_only("ledger_journal", "ledger_posting")
