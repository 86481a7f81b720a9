"""Gives back what was paid: the same legs turned round, never more than was billed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from channel_center.billing.choices import OPEN_STATES, RefundPolicy, SubscriptionState
from channel_center.billing.errors import NotRefundable, UnknownSale
from channel_center.billing.models import Charge, ChargeStep, Refund, RefundStep, Subscription
from channel_center.billing.periods import half_up, share_left
from channel_center.billing.services.freezing import refuse_moving
from channel_center.billing.services.invoicing import write_credit_notes
from channel_center.billing.services.licensing import end_licences
from channel_center.billing.services.selling import locked_subscription
from channel_center.billing.services.settling import Edge, Settlement, settle
from channel_center.billing.services.telling import tell_standing
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.ids import uuid7
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context

_CHARGED: Final = "charge"


@dataclass(frozen=True, slots=True)
class Refundable:
    """What of a charge the shop may get back.

    Attributes:
        by_policy: as the offer says.
        most_minor: all that moved and is not credited or given back.
    """

    by_policy: int
    most_minor: int


def refundable(charge: Charge, *, now: datetime) -> Refundable:
    """Return what may be given back of a charge at a moment."""
    step = ChargeStep.objects.filter(charge=charge).order_by("-level").first()
    if step is None:
        return Refundable(0, 0)
    most = _most(step)
    policy, days = charge.offer.refund_policy, charge.offer.refund_days
    by_policy = 0
    if policy == RefundPolicy.WINDOW and now < charge.created_at + timedelta(days=days):
        by_policy = most
    if policy == RefundPolicy.PRO_RATA:
        unused = share_left(
            step.billed_minor, start=charge.period_start, end=charge.period_end, now=now
        )
        by_policy = max(min(unused - step.refunded_minor, most), 0)
        if charge.period_end is None:
            by_policy = 0
    return Refundable(by_policy, most)


def _most(step: ChargeStep) -> int:
    return max(min(step.left_minor, step.due_minor - step.refunded_minor), 0)


@public_context()
@transaction.atomic
def refund(
    charge_id: UUID,
    *,
    key: str,
    reason: str,
    actor: Actor,
    minor: int | None = None,
    with_wholesale: bool = True,
    beyond_policy: bool = False,
    ends: bool = True,
    now: datetime | None = None,
) -> Refund:
    """Give a shop money back on its balance, once for a key.

    Args:
        charge_id: what was paid.
        key: names this refund.
        reason: for the people who read it later.
        actor: who does it.
        minor: how much; what the policy allows without it.
        with_wholesale: the levels above give back their part, too.
        beyond_policy: more than the policy allows, up to all that was paid.
        ends: what was bought ends now.
        now: the moment.

    Raises:
        UnknownSale: there is no such charge.
        NotRefundable: it is more than may be given back, or nothing.
        NotAvailableNow: a partner has spent what it would have to give back.
        ShopMoving: the shop is on its way to another partner.
    """
    moment = now or utc_now()
    charge = Charge.objects.select_related("offer__edition__product").filter(id=charge_id).first()
    if charge is None or not reason.strip():
        raise UnknownSale
    subscription = locked_subscription(charge.subscription_id)
    earlier = Refund.objects.filter(key=key).first()
    if earlier is not None:
        return earlier
    refuse_moving(subscription.tenant_id)
    steps = list(ChargeStep.objects.filter(charge=charge).order_by("level"))
    allowed = refundable(charge, now=moment)
    wanted = allowed.by_policy if minor is None else minor
    most = allowed.most_minor if beyond_policy else allowed.by_policy
    if not 0 < wanted <= most:
        raise NotRefundable(most=most)
    amounts = _amounts(steps, wanted, with_wholesale=with_wholesale)
    made = _give_back(charge, steps, amounts, key=key, reason=reason, actor=actor)
    write_credit_notes(
        made, {s.id: m for s, m in zip(steps, amounts, strict=True) if m}, now=moment
    )
    is_running = charge.period_end is None or charge.period_end > moment
    if ends and charge.ended_at is None and is_running:
        _end(subscription, at=moment, actor=actor)
    record(
        action="billing.refunded",
        actor=actor,
        obj=("subscription", subscription.public_id),
        after={"minor": wanted, "currency": charge.currency, "wholesale": with_wholesale},
        reason=reason,
    )
    return made


def _amounts(steps: Sequence[ChargeStep], wanted: int, *, with_wholesale: bool) -> list[int]:
    """Return what each level gives back: the same part of what moved as the shop gets."""
    whole = _most(steps[-1])
    above = [half_up(_most(step) * wanted, whole) if with_wholesale else 0 for step in steps[:-1]]
    return [*above, wanted]


def _give_back(
    charge: Charge,
    steps: Sequence[ChargeStep],
    amounts: Sequence[int],
    *,
    key: str,
    reason: str,
    actor: Actor,
) -> Refund:
    refund_id = uuid7()
    edges: list[Edge] = [
        (step.seller_id, step.buyer_id, -minor) for step, minor in zip(steps, amounts, strict=True)
    ]
    journal = settle(
        Settlement(
            key=f"billing:refund:{key}",
            kind="billing.refunded",
            tenant_id=charge.subscription.tenant_id,
            currency=charge.currency,
            collection=charge.collection,
            edges=edges,
            reference=(_CHARGED, charge.id),
            is_back=True,
        )
    )
    if journal is None:
        raise NotRefundable(most=0)
    made = Refund.objects.create(
        id=refund_id,
        key=key,
        charge=charge,
        retail_minor=amounts[-1],
        with_wholesale=any(amounts[:-1]),
        reason=reason[:300],
        journal_id=journal.id,
        made_by=str(actor)[:200],
    )
    for step, minor in zip(steps, amounts, strict=True):
        if minor:
            ChargeStep.objects.filter(id=step.id).update(refunded_minor=F("refunded_minor") + minor)
            RefundStep.objects.create(refund=made, step=step, minor=minor)
    return made


def _end(subscription: Subscription, *, at: datetime, actor: Actor) -> None:
    if subscription.state not in OPEN_STATES:
        return
    subscription.state = SubscriptionState.CANCELED
    subscription.version += 1
    subscription.next_look_at = None
    subscription.save(update_fields=["state", "version", "next_look_at"])
    # Periods that are over ended by themselves.
    Charge.objects.filter(
        Q(period_end=None) | Q(period_end__gt=at),
        subscription=subscription,
        ended_at=None,
        period_start__lte=at,
    ).update(ended_at=at)
    end_licences(subscription, at=at, actor=actor)
    tell_standing(subscription)
