"""Assets, accounts and journals, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Assets, accounts and journals."""

    name = "kernel.ledger"
    label = "ledger"
