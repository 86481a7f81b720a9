"""Celery entry points of top-ups."""

from __future__ import annotations

from channel_center.topups.services.topping import sweep
from kernel.common.time import utc_now
from kernel.tenancy.tasks import tenant_task


@tenant_task(name="topups.sweep", queue="default", scope="public")
def sweep_by_clock() -> None:
    """Ask Stripe about top-ups of which nothing was heard."""
    sweep(now=utc_now())
