"""Who invited whom, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig

from kernel.tenancy.append_only import append_only


class RelationsConfig(AppConfig):
    """Who invited whom."""

    name = "kernel.relations"
    label = "relations"

    def ready(self) -> None:
        """Make the log append-only."""
        append_only("relations_change")
