"""Refuses `all_tenants_command`."""

from __future__ import annotations

from tenants.management.commands._refused import RefusedCommand


class Command(RefusedCommand):
    """Points to what does it here."""

    instead = "stoa migrate run"
    why = "it leaves the last tenant set after it ends."
