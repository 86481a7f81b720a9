"""Ends intents without money: on request, and when their time is over."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from kernel.audit.actor import SYSTEM, Actor
from kernel.audit.services import record
from kernel.common.outbox.publishing import publish
from kernel.payments.choices import (
    LIVE_ATTEMPTS,
    PAYABLE_INTENTS,
    AttemptState,
    IntentState,
    RefundKind,
)
from kernel.payments.errors import IntentClosed, Misconfigured, NotFoundThere, Refused, Transient
from kernel.payments.events import PaymentEnded
from kernel.payments.gateways.contract import Cap, PayResult
from kernel.payments.models import Attempt, PaymentIntent, Proof
from kernel.payments.payables import handler_of
from kernel.payments.services.applying import Applied, apply_result
from kernel.payments.services.attempts import said_of
from kernel.payments.services.opening import open_for
from kernel.payments.services.refunding import give_back
from kernel.payments.services.rows import locked_intent, receipt_of
from kernel.payments.services.timing import UNCLOSED_ENDS_AFTER, ask_for_sweep
from kernel.payments.tasks import close_attempts
from kernel.tenancy.tasks import enqueue


@transaction.atomic
def cancel_intent(
    intent_id: UUID, *, now: datetime, actor: Actor = SYSTEM, reason: str = "cancelled"
) -> PaymentIntent:
    """End an intent inside the caller's transaction; what comes later goes back by itself.

    Its attempts are closed at their gateways after the commit. Cancelled or
    expired already, it stays as it is. Whoever holds a payable's row locks it first.

    Raises:
        IntentClosed: it is paid; that is for a refund.
    """
    intent = locked_intent(intent_id)
    if intent.state == IntentState.PAID:
        raise IntentClosed(state=intent.state)
    if intent.state in PAYABLE_INTENTS:
        _end(intent, IntentState.CANCELLED, reason=reason, now=now)
        if actor.kind in {"staff", "operator"}:
            record(
                action="payments.cancelled",
                actor=actor,
                obj=("payment_intent", intent.public_id),
                reason=reason,
            )
        enqueue(close_attempts, intent_id=str(intent.id))
    return intent


def close_attempts_of(intent_id: UUID, *, now: datetime) -> None:
    """Have the gateways close the live attempts of an intent; not inside a transaction."""
    rows = Attempt.objects.select_related("intent", "binding").filter(
        intent_id=intent_id, state__in=LIVE_ATTEMPTS
    )
    for attempt in rows.order_by("pk"):
        close_attempt(attempt, now=now)


def close_attempt(attempt: Attempt, *, now: datetime) -> Applied:
    """Have the gateway close an attempt; money that came first counts as any other."""
    return apply_result(attempt.id, _closed_there(attempt, now=now), now=now)


def _closed_there(attempt: Attempt, *, now: datetime) -> PayResult:
    gateway, binding, reference = open_for(attempt)
    if Cap.CLOSE not in gateway.caps(binding):
        return said_of(attempt, now=now)
    try:
        return gateway.close(binding, reference)
    except NotFoundThere:
        return said_of(attempt, now=now)
    except (Transient, Misconfigured, Refused):
        return PayResult("unknown", failure="no_answer")


def due_intents(*, now: datetime, limit: int) -> list[UUID]:
    """Return intents past their time that nobody else works on at this moment."""
    # Somebody has shown that he paid: staff decide, not the clock.
    shown = Proof.objects.filter(
        attempt__intent=OuterRef("pk"), attempt__state=AttemptState.PENDING
    )
    with transaction.atomic():
        rows = PaymentIntent.objects.select_for_update(skip_locked=True, no_key=True).filter(
            ~Exists(shown), state__in=PAYABLE_INTENTS, expires_at__lte=now
        )
        return list(rows.order_by("expires_at").values_list("pk", flat=True)[:limit])


def expire(intent_id: UUID, *, now: datetime) -> bool:
    """End an intent past its time; tell whether it ended. Not inside a transaction.

    Its attempts are closed at the gateways first, so that who paid in the last
    second has paid. One whose gateway does not say how an attempt ended waits a day.
    """
    close_attempts_of(intent_id, now=now)
    with transaction.atomic():
        intent = locked_intent(intent_id)
        if intent.state not in PAYABLE_INTENTS or not intent.expires_at or intent.expires_at > now:
            return False
        alive = Attempt.objects.filter(intent=intent, state__in=LIVE_ATTEMPTS).exists()
        if alive and now < intent.expires_at + UNCLOSED_ENDS_AFTER:
            return False
        _end(intent, IntentState.EXPIRED, reason="expired", now=now)
        return True


def _end(intent: PaymentIntent, state: IntentState, *, reason: str, now: datetime) -> None:
    intent.state, intent.closed_at = state, now
    intent.save(update_fields=["state", "closed_at"])
    paid = Attempt.objects.select_for_update(no_key=True).filter(
        intent=intent, state=AttemptState.PAID
    )
    give_back(list(paid.order_by("pk")), kind=RefundKind.LATE, now=now)
    # The sweeper closes at once what no task has closed.
    live = Attempt.objects.filter(intent=intent, state__in=LIVE_ATTEMPTS)
    if live.update(next_check_at=now):
        ask_for_sweep(now)
    handler_of(intent.payable_type).on_failed(
        intent.payable_id, receipt_of(intent, amount=0, reason=reason)
    )
    publish(
        PaymentEnded(
            intent_id=intent.id,
            payable_type=intent.payable_type,
            payable_id=intent.payable_id,
            state=state,
        ),
        aggregate=f"{intent.payable_type}:{intent.payable_id.hex}",
    )
