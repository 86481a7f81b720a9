"""Takes a purchase back while its offer gives the money back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q

from channel_center.billing.choices import OPEN_STATES, ChargeKind, RefundPolicy
from channel_center.billing.errors import NotRefundable
from channel_center.billing.models import Charge, Refund
from channel_center.billing.services.refunding import refund, refundable
from kernel.audit.actor import Actor
from kernel.common.money import Money
from kernel.tenancy.context import public_context

SOON: Final = timedelta(days=1)
"""So long a purchase that is given back in part is taken back without asking anybody."""
_KEY: Final = "undo:"


@dataclass(frozen=True, slots=True)
class Undo:
    """What taking a purchase back would give.

    Attributes:
        until: the moment from which on it is not given any more.
    """

    charge_id: UUID
    back: Money
    until: datetime


@public_context()
def undo_of(tenant_id: UUID, subscription_id: UUID, *, now: datetime) -> Undo | None:
    """Return what the purchase of a subscription gives back, or None where it gives nothing.

    How much, its offer says. What took the place of something else is not taken back, as that
    would be lost with it; and of each product one purchase, so that nobody uses it for nothing
    by buying it time and again.
    """
    charge = _charge(tenant_id, subscription_id)
    if charge is None or _was_taken_back(charge):
        return None
    policy, days = charge.offer.refund_policy, charge.offer.refund_days
    windows = {RefundPolicy.WINDOW: timedelta(days=days), RefundPolicy.PRO_RATA: SOON}
    window = windows.get(RefundPolicy(policy))
    until = charge.created_at + window if window is not None else now
    minor = refundable(charge, now=now).by_policy if now < until else 0
    return Undo(charge.pk, Money(minor, charge.currency), until) if minor > 0 else None


@public_context()
def take_back(tenant_id: UUID, subscription_id: UUID, *, actor: Actor, now: datetime) -> Refund:
    """Give back what a subscription cost, and end it; done again it is the same.

    Raises:
        NotRefundable: there is nothing, or not any more.
        NotAvailableNow: a partner above has spent what it would have to give back.
    """
    undo = undo_of(tenant_id, subscription_id, now=now)
    if undo is None:
        raise NotRefundable(most=0)
    return refund(
        undo.charge_id,
        key=f"{_KEY}{undo.charge_id}",
        reason="Taken back by the buyer",
        actor=actor,
        now=now,
    )


def _charge(tenant_id: UUID, subscription_id: UUID) -> Charge | None:
    running = Charge.objects.select_related("offer", "subscription").filter(
        Q(subscription=subscription_id),
        subscription__tenant=tenant_id,
        subscription__state__in=OPEN_STATES,
        ended_at=None,
    )
    charge = running.order_by("-created_at").first()
    if charge is None or charge.kind not in {ChargeKind.PURCHASE, ChargeKind.UPGRADE}:
        return None
    return None if charge.steps.filter(credit_minor__gt=0).exists() else charge


def _was_taken_back(charge: Charge) -> bool:
    subscription = charge.subscription
    return Refund.objects.filter(
        key__startswith=_KEY,
        charge__subscription__tenant=subscription.tenant_id,
        charge__subscription__product=subscription.product_id,
    ).exists()
