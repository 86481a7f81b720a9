"""Refuses `migrate`."""

from __future__ import annotations

from django.db.migrations.autodetector import MigrationAutodetector

from tenants.management.commands._refused import RefusedCommand


class Command(RefusedCommand):
    """Points to what does it here."""

    instead = "stoa migrate public, then stoa migrate run"
    why = "it would note modules' migrations as applied where there are no tables."
    # Django's checks compare it with the one of `makemigrations`.
    autodetector = MigrationAutodetector
