"""Takes from balances what Stripe took from their receiver: refunds and disputes."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Sum

from channel_center.billing.services.shortage import tell_low
from channel_center.billing.services.wallets import reverse_top_up
from channel_center.topups.choices import TopUpState
from channel_center.topups.models import Receiver, Reversal, TopUpRequest
from kernel.audit.actor import Actor
from kernel.common.logging import get_logger
from kernel.payments.gateways.contract import TakenBack
from kernel.tenancy.context import public_context

_CLOCK: Final = Actor.system("topups")
log = get_logger("topups")


@public_context()
@transaction.atomic
def follow(receiver: Receiver, told: TakenBack, *, now: datetime) -> TopUpRequest | None:
    """Take money back that left the receiver again, or put it back that returned to him.

    Each refund or dispute moves the balance once in each direction, in whichever order its
    messages come; together never more than was credited. None where it is no top-up of ours.
    """
    row = (
        TopUpRequest.objects.select_for_update(of=("self",), no_key=True)
        .select_related("receiver", "wallet")
        .filter(receiver=receiver, payment_ref=told.payment_ref, state=TopUpState.CREDITED)
        .first()
    )
    if row is None or not told.payment_ref:
        return None
    if told.amount.currency != row.currency:
        log.error("top-up taken back in another currency", top_up=row.public_id)
        return row
    known = Reversal.objects.filter(top_up=row, reference=told.ref).first()
    if known is None:
        _take(row, told, now=now)
    elif known.is_standing and not told.is_standing:
        _restore(row, known, now=now)
    return row


def _take(row: TopUpRequest, told: TakenBack, *, now: datetime) -> None:
    standing = Reversal.objects.filter(top_up=row, is_standing=True)
    gone = standing.aggregate(sum=Sum("minor"))["sum"] or 0
    most = max((row.paid_minor or 0) - gone, 0)
    made = Reversal.objects.create(
        top_up=row,
        kind=told.kind,
        reference=told.ref,
        minor=min(told.amount.minor, most) if told.is_standing else 0,
        is_standing=told.is_standing,
        created_at=now,
    )
    if made.minor:
        _move(row, made, is_undone=False)
        tell_low(row.wallet_id)


def _restore(row: TopUpRequest, known: Reversal, *, now: datetime) -> None:
    known.is_standing, known.restored_at = False, now
    known.save(update_fields=["is_standing", "restored_at"])
    if known.minor:
        _move(row, known, is_undone=True)


def _move(row: TopUpRequest, reversal: Reversal, *, is_undone: bool) -> None:
    reverse_top_up(
        row.wallet,
        reversal.minor,
        key=reversal.id.hex,
        seller_id=row.receiver.channel_id,
        is_undone=is_undone,
        actor=_CLOCK,
    )
