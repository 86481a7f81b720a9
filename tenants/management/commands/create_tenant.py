"""Refuses `create_tenant`."""

from __future__ import annotations

from tenants.management.commands._refused import RefusedCommand


class Command(RefusedCommand):
    """Points to what does it here."""

    instead = "stoa tenant open"
    why = "it makes a schema without a role, rights or owner."
