"""Refuses `create_domain`."""

from __future__ import annotations

from tenants.management.commands._refused import RefusedCommand


class Command(RefusedCommand):
    """Points to what does it here."""

    instead = "stoa tenant --help"
    why = "it binds a host name without proof that it is the tenant's."
