"""Refuses `create_missing_schemas`."""

from __future__ import annotations

from tenants.management.commands._refused import RefusedCommand


class Command(RefusedCommand):
    """Points to what does it here."""

    instead = "stoa tenant --help"
    why = "a schema comes with its tenant or not at all."
