"""Coupons in the background: codes are made, what is over expires."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kernel.common.time import utc_now
from kernel.promotions.services.batches import ask_to_resume, make_codes, stuck_batches
from kernel.promotions.services.taking import expire
from kernel.tenancy.tasks import enqueue, tenant_task

_SPAN: Final = timedelta(seconds=180)


@tenant_task(name="promotions.make_codes")
def run_batch(batch_id: str) -> None:
    """Make codes for three minutes, then hand over to the next task."""
    if not make_codes(UUID(batch_id), clock=utc_now, until=utc_now() + _SPAN):
        enqueue(run_batch, batch_id=batch_id)


def begin(batch_id: UUID) -> None:
    """Begin to make codes, after the commit."""
    enqueue(run_batch, batch_id=str(batch_id))


def resume_stuck(*, now: datetime) -> None:
    """Go on with batches whose worker died; what a schedule calls."""
    for key in stuck_batches(now=now):
        begin(key)
    ask_to_resume()


def expire_coupons(*, now: datetime) -> None:
    """Mark coupons whose time is over; what a schedule calls."""
    while expire(now=now):
        pass
