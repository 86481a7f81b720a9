"""Refuses `migrate_schemas`."""

from __future__ import annotations

from tenants.management.commands._refused import RefusedCommand


class Command(RefusedCommand):
    """Points to what does it here."""

    instead = "stoa migrate run"
    why = "it plans anew for every tenant and knows neither rings nor modules."
