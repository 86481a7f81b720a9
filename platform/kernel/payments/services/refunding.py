"""Makes the rows of refunds, inside somebody's transaction; `refunds` sends them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.payments.choices import RefundKind
from kernel.payments.models import Attempt, Refund
from kernel.payments.services.timing import ask_for_sweep
from kernel.payments.tasks import send_refund
from kernel.tenancy.tasks import enqueue

_BY_ITSELF = Actor.system("payments")


def give_back(attempts: Iterable[Attempt], *, kind: RefundKind, now: datetime) -> tuple[UUID, ...]:
    """Reserve all that is left of attempts to go back; their intents are locked."""
    made = []
    for attempt in attempts:
        left = attempt.left_minor
        if left > 0:
            refund = reserve(
                attempt,
                minor=left,
                key=f"{kind}:{attempt.id.hex}",
                kind=kind,
                reason=kind,
                actor=_BY_ITSELF,
                now=now,
            )
            made.append(refund.id)
    return tuple(made)


def reserve(
    attempt: Attempt,
    *,
    minor: int,
    key: str,
    kind: RefundKind,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Refund:
    """Write a refund of a locked attempt that is sent after the commit."""
    attempt.reserved_minor += minor
    attempt.save(update_fields=["reserved_minor"])
    refund = Refund.objects.create(
        intent_id=attempt.intent_id,
        attempt=attempt,
        key=key,
        kind=kind,
        currency=attempt.currency,
        amount_minor=minor,
        reason=reason[:300],
        asked_by=str(actor)[:300],
        next_check_at=now,
        created_at=now,
    )
    ask_for_sweep(now)
    enqueue(send_refund, refund_id=str(refund.id))
    return refund
