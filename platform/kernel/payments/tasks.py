"""Celery entry points of payments; what they miss, the sweeper does."""

from __future__ import annotations

from uuid import UUID

from kernel.common.time import utc_now
from kernel.tenancy.tasks import tenant_task


@tenant_task(name="payments.send_refund", runs_when_suspended=True)
def send_refund(*, refund_id: str) -> None:
    """Send one refund to its gateway."""
    from kernel.payments.services.refunds import drive_refund

    drive_refund(UUID(refund_id), now=utc_now())


@tenant_task(name="payments.close_attempts", runs_when_suspended=True)
def close_attempts(*, intent_id: str) -> None:
    """See that the attempts of an ended intent bring no money any more."""
    from kernel.payments.services.closing import close_attempts_of

    close_attempts_of(UUID(intent_id), now=utc_now())
