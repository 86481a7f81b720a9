"""Refuses `delete_domain`."""

from __future__ import annotations

from tenants.management.commands._refused import RefusedCommand


class Command(RefusedCommand):
    """Points to what does it here."""

    instead = "stoa tenant --help"
    why = "other processes would go on answering for the name."
