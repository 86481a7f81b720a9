"""Refuses `clone_tenant`."""

from __future__ import annotations

from tenants.management.commands._refused import RefusedCommand


class Command(RefusedCommand):
    """Points to what does it here."""

    instead = "stoa tenant copy"
    why = "a clone has other constraint names, on which later migrations fail."
