"""Wishes to be paid."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from kernel.audit.actor import Actor
from kernel.common.money import Money
from kernel.payments.errors import AmountNotOpen, IntentKeyReused
from kernel.payments.models import PaymentIntent
from kernel.payments.payables import Payable, handler_of
from kernel.payments.services.timing import ask_for_sweep


@transaction.atomic
def create_intent(
    payable: Payable,
    amount: Money,
    *,
    key: str,
    member_id: UUID | None,
    expires_at: datetime | None,
) -> PaymentIntent:
    """Ask for an amount, inside the caller's transaction.

    The same key with the same content returns the intent made before.

    Args:
        payable: whoever registered its type answers for it.
        amount: more than nothing.
        key: at most 120 characters, unique in the tenant.
        member_id: who pays; None for a guest.
        expires_at: when it ends without money; None for never.

    Raises:
        AmountNotOpen: nothing is to be paid.
        IntentKeyReused: the key belongs to another payment.
    """
    if amount.minor <= 0:
        raise AmountNotOpen(open=amount.decimal())
    told = handler_of(payable.type).describe(payable.id)
    content: dict[str, object] = {
        "payable_type": payable.type,
        "payable_id": payable.id,
        "member_id": member_id,
        "currency": amount.currency,
        "amount_minor": amount.minor,
    }
    try:
        with transaction.atomic():
            made = PaymentIntent.objects.create(
                key=key,
                subject=told.subject[:200],
                return_path=told.return_path[:300],
                expires_at=expires_at,
                **content,
            )
    except IntegrityError:
        existing = PaymentIntent.objects.filter(key=key).first()
        if existing is None:
            raise
        if any(getattr(existing, name) != value for name, value in content.items()):
            raise IntentKeyReused from None
        return existing
    ask_for_sweep(expires_at)
    return made


def hand_over(kept_id: UUID, absorbed_id: UUID, actor: Actor, now: datetime) -> None:
    """Give the payments of one account to another; joined to the merging of members."""
    PaymentIntent.objects.filter(member_id=absorbed_id).update(member_id=kept_id)
