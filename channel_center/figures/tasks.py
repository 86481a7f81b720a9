"""Celery entry points of figures."""

from __future__ import annotations

from channel_center.figures.fleet import note_fleet
from kernel.common.time import utc_now
from kernel.tenancy.tasks import tenant_task


@tenant_task(name="figures.note_fleet", queue="default", scope="public")
def note_fleet_now() -> None:
    """Keep how the fleet is."""
    note_fleet(utc_now())
