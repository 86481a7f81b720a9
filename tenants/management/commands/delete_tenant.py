"""Refuses `delete_tenant`."""

from __future__ import annotations

from tenants.management.commands._refused import RefusedCommand


class Command(RefusedCommand):
    """Points to what does it here."""

    instead = "stoa tenant purge"
    why = "it leaves no archive and no trace."
