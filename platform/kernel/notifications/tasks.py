"""Celery entry points of messages."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from kernel.notifications.services.sending import ask_again, keep_sending, send_due
from kernel.tenancy.tasks import enqueue, tenant_task

_BATCH: Final = 200


@tenant_task(name="notifications.send", queue="default")
def send() -> None:
    """Send the current tenant's due messages."""
    if send_due(most=_BATCH) == _BATCH:
        enqueue(send)
    ask_again()


def send_by_clock(*, now: datetime) -> None:
    """Send what is due, and forget what is old; what a schedule calls."""
    keep_sending(now=now)
