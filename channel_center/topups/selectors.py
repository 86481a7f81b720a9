"""Top-ups as their payers and receivers see them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from channel_center.billing.models import TopUp, Wallet
from channel_center.billing.services.invariants import Fault
from channel_center.billing.services.wallets import seller_of
from channel_center.topups.choices import Method, TopUpState
from channel_center.topups.models import Receiver, Reversal, TopUpRequest
from kernel.tenancy.context import public_context

_MOST = 20
_PATIENCE = timedelta(hours=1)
_BACK = timedelta(days=40)


@public_context()
def offered_by(wallet: Wallet) -> Receiver | None:
    """Return who gets the money of a balance, or None where nobody takes any."""
    return Receiver.objects.filter(Q(channel=seller_of(wallet))).first()


@public_context()
def receiver_for(channel_id: UUID | None) -> Receiver | None:
    """Return how a partner, or the operator, is paid."""
    return Receiver.objects.filter(Q(channel=channel_id)).first()


@public_context()
def top_ups_of(wallet: Wallet) -> list[TopUpRequest]:
    """Return the last top-ups of a balance, the newest first."""
    return list(TopUpRequest.objects.filter(wallet=wallet).order_by("-created_at")[:_MOST])


def received_by(channel_id: UUID | None) -> QuerySet[TopUpRequest]:
    """Return what was, or will be, paid to a partner or the operator; what waits comes first."""
    return (
        TopUpRequest.objects.filter(receiver__channel=channel_id)
        .select_related("wallet__channel", "wallet__tenant", "receiver")
        .order_by("-created_at")
    )


def taken_back_from(channel_id: UUID | None) -> QuerySet[Reversal]:
    """Return what Stripe took again from a partner or the operator, the newest first."""
    return (
        Reversal.objects.filter(top_up__receiver__channel=channel_id)
        .select_related("top_up__wallet__channel", "top_up__wallet__tenant")
        .order_by("-created_at")
    )


def faults_of(now: datetime) -> list[Fault]:
    """Return top-ups that nobody asks about any more, and those that are not on a balance.

    Source: channel.md §2.8, "every paid attempt has exactly one posting; attempts whose
    outcome is unknown for over an hour: none".
    """
    asked = TopUpRequest.objects.filter(
        method=Method.STRIPE, state=TopUpState.OPEN, next_check_at__lt=now - _PATIENCE
    )
    credited = TopUpRequest.objects.filter(state=TopUpState.CREDITED, decided_at__gte=now - _BACK)
    known = {
        (source, reference): minor
        for source, reference, minor in TopUp.objects.filter(
            reference__in=[each.public_id for each in credited]
        ).values_list("source", "reference", "amount_minor")
    }
    return [
        *(Fault("a top-up is asked about in time", each.public_id) for each in asked[:_MOST]),
        *(
            Fault("what was paid is on the balance", each.public_id)
            for each in credited
            if known.get((each.method, each.public_id)) != each.paid_minor
        ),
    ]
