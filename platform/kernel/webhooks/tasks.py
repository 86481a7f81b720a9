"""Celery entry points of webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from kernel.common.time import utc_now
from kernel.tenancy.tasks import enqueue, tenant_task
from kernel.webhooks.services.sending import ask_again, keep_sending, send_due

_BATCH: Final = 200


@tenant_task(name="webhooks.send", queue="default", runs_when_suspended=True)
def send() -> None:
    """Send the current tenant's due deliveries."""
    if send_due(most=_BATCH) == _BATCH:
        enqueue(send)
    ask_again(now=utc_now())


def send_by_clock(*, now: datetime) -> None:
    """Send what is due, and forget what is old; what a schedule calls."""
    keep_sending(now=now)
