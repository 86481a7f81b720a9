"""Finds and locks rows, always in the order payable, intent, attempt."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from kernel.common.money import Money
from kernel.payments import payables
from kernel.payments.choices import AttemptState
from kernel.payments.errors import IntentNotFound
from kernel.payments.gateways.contract import AttemptRef, Payer
from kernel.payments.models import Attempt, PaymentIntent
from kernel.payments.payables import Payable, Receipt


def locked_intent(intent_id: UUID) -> PaymentIntent:
    """Lock an intent, and its payable before it.

    Raises:
        IntentNotFound: there is none.
    """
    found = (
        PaymentIntent.objects.filter(pk=intent_id).values_list("payable_type", "payable_id").first()
    )
    if found is None:
        raise IntentNotFound
    payables.lock(Payable(*found))
    return PaymentIntent.objects.select_for_update(no_key=True).get(pk=intent_id)


def locked_attempt(attempt_id: UUID) -> tuple[PaymentIntent, Attempt]:
    """Lock an attempt, and what it belongs to before it.

    Raises:
        IntentNotFound: there is none.
    """
    intent_id = Attempt.objects.filter(pk=attempt_id).values_list("intent_id", flat=True).first()
    if intent_id is None:
        raise IntentNotFound
    intent = locked_intent(intent_id)
    return intent, Attempt.objects.select_for_update(no_key=True).get(pk=attempt_id)


def held_minor(intent: PaymentIntent) -> int:
    """Return what is held, and not yet taken, towards an intent."""
    rows = Attempt.objects.filter(intent=intent, state=AttemptState.AUTHORIZED)
    return int(rows.aggregate(sum=Sum("authorized_minor"))["sum"] or 0)


def open_minor(intent: PaymentIntent) -> int:
    """Return what is neither paid nor held of an intent."""
    return intent.amount_minor - intent.settled_minor - held_minor(intent)


def ref_of(attempt: Attempt, *, member_id: UUID | None) -> AttemptRef:
    """Return an attempt as gateways know it."""
    return AttemptRef(
        number=attempt.number,
        gateway_ref=attempt.gateway_ref,
        amount=Money(attempt.amount_minor, attempt.currency),
        channel=attempt.channel,
        begun_at=attempt.created_at,
        payer=Payer(member_id=member_id),
    )


def receipt_of(
    intent: PaymentIntent,
    *,
    amount: int,
    gateway: str = "",
    attempt_id: UUID | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> Receipt:
    """Return what a payable's handler hears; ``amount`` in minor units."""
    return Receipt(
        intent_id=intent.id,
        amount=Money(amount, intent.currency),
        settled=Money(intent.settled_minor, intent.currency),
        refunded=Money(intent.refunded_minor, intent.currency),
        gateway=gateway,
        attempt_id=attempt_id,
        reason=reason,
        at=at,
    )
