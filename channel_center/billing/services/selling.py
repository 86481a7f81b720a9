"""Buys: the whole chain pays and the licence is there, or nothing happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from channel_center.billing.choices import (
    OPEN_STATES,
    ChargeKind,
    SubscriptionState,
)
from channel_center.billing.errors import InvalidQuote, StaleQuote, UnknownSale
from channel_center.billing.models import Charge, ChargeStep, Offer, Subscription
from channel_center.billing.services.dunning import dunning_for, first_look
from channel_center.billing.services.invoicing import write_invoices
from channel_center.billing.services.licensing import write_licences
from channel_center.billing.services.quoting import digest, make_plan, read_token
from channel_center.billing.services.settling import ChainShort, Settlement, settle
from channel_center.billing.services.shortage import tell_low, tell_short
from channel_center.billing.services.telling import tell_charged
from channel_center.billing.services.wallets import wallet_of
from channel_center.billing.values import Plan
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.ids import uuid7
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context
from tenants.services.states import locked, release_hold

_CHARGED: Final = "charge"


@dataclass(frozen=True, slots=True)
class Sale:
    """What came of a purchase; a smaller edition from the next period on costs nothing."""

    subscription: Subscription
    charge: Charge | None


@public_context()
def buy(token: str, *, tenant_id: UUID, actor: Actor, now: datetime | None = None) -> Sale:
    """Buy what a quote says, at what it says; the same quote again is the same purchase.

    Args:
        token: of a `Quote`.
        tenant_id: for whom; a quote for another shop is refused.
        actor: who buys.
        now: the moment; the quote must not be older than it allows.

    Raises:
        InvalidQuote, ExpiredQuote, StaleQuote: the quote cannot be used.
        InsufficientFunds: the shop's balance does not suffice.
        NotAvailableNow: that of somebody above does not; it is told so.
        FeatureMissing: the release does not carry the module.
        ShopMoving: the shop is on its way to another partner.
    """
    moment = now or utc_now()
    try:
        return _buy(token, tenant_id, actor=actor, moment=moment)
    except ChainShort as short:
        tell_short(short)
        raise


@transaction.atomic
def _buy(token: str, tenant_id: UUID, *, actor: Actor, moment: datetime) -> Sale:
    told = read_token(token, now=moment)
    if UUID(told["tenant"]) != tenant_id:
        raise InvalidQuote
    locked(tenant_id)
    key = f"quote:{told['id']}"
    earlier = Charge.objects.select_related("subscription").filter(key=key).first()
    if earlier is not None:
        return Sale(earlier.subscription, earlier)
    Subscription.objects.select_for_update(of=("self",)).filter(
        tenant=tenant_id, state__in=OPEN_STATES, product__editions__offers__code=told["offer"]
    ).order_by("id").first()
    at = datetime.fromisoformat(told["at"])
    plan, _tenant, subscription = make_plan(
        tenant_id, told["offer"], quantity=told["quantity"], as_trial=told["trial"], now=at
    )
    if digest(plan, subscription) != told["plan"]:
        if subscription is not None and _is_planned(subscription, told):
            return Sale(subscription, None)
        raise StaleQuote
    offer = Offer.objects.select_related("edition__product").get(code=told["offer"])
    if plan.kind == ChargeKind.DOWNGRADE:
        if subscription is None:
            raise StaleQuote
        return Sale(_plan_next(subscription, offer, told["quantity"], actor=actor), None)
    if subscription is None:
        subscription = Subscription(tenant_id=tenant_id, product=offer.edition.product)
    charge = carry_out(
        plan,
        subscription,
        offer,
        quantity=told["quantity"],
        collection=told["collection"],
        key=key,
        actor=actor,
        now=moment,
    )
    return Sale(charge.subscription, charge)


def carry_out(
    plan: Plan,
    subscription: Subscription,
    offer: Offer,
    *,
    quantity: int,
    collection: str,
    key: str,
    actor: Actor,
    now: datetime,
) -> Charge:
    """Charge what a plan says and give what it gives; part of the caller's transaction."""
    _follow(subscription, plan, offer, quantity=quantity, collection=collection)
    if plan.replaces is not None:
        # Before the new one stands: what was bought in the same moment begins where it ends.
        _replace(plan)
    charge = Charge.objects.create(
        id=uuid7(),
        key=key,
        subscription=subscription,
        kind=plan.kind,
        offer=offer,
        quantity=quantity,
        term=offer.term,
        currency=plan.currency,
        period_start=plan.period_start,
        period_end=plan.period_end,
        seller_id=plan.retail.seller,
        collection=collection,
        made_by=str(actor)[:200],
        created_at=now,
    )
    steps = _write_steps(charge, plan)
    journal = settle(
        Settlement(
            key=f"billing:{charge.key}",
            kind=f"billing.{plan.kind}",
            tenant_id=subscription.tenant_id,
            currency=plan.currency,
            collection=collection,
            edges=[(step.seller, step.buyer, step.due_minor) for step in plan.steps],
            reference=(_CHARGED, charge.id),
        )
    )
    if journal is not None:
        charge.journal_id = journal.id
        charge.save(update_fields=["journal_id"])
    days = dunning_for(subscription)
    subscription.next_look_at = first_look(subscription, days)
    former, subscription.hold_id = subscription.hold_id, None
    subscription.save(update_fields=["next_look_at", "hold_id"])
    if former is not None:
        release_hold(former, actor=actor)
    write_licences(subscription, dunning=days, actor=actor)
    write_invoices(charge, steps, now=now)
    tell_charged(charge, subscription, due_minor=plan.retail.due_minor)
    _warn_partners(plan)
    record(
        action="billing.charged",
        actor=actor,
        obj=("subscription", subscription.public_id),
        after={
            "kind": str(plan.kind),
            "offer": offer.code,
            "minor": plan.retail.due_minor,
            "currency": plan.currency,
        },
    )
    return charge


def _follow(
    subscription: Subscription, plan: Plan, offer: Offer, *, quantity: int, collection: str
) -> None:
    """Bring a subscription in line with what was bought."""
    is_new = subscription._state.adding
    is_trial = plan.kind == ChargeKind.TRIAL
    subscription.offer = offer
    subscription.next_offer = None
    subscription.quantity = quantity
    subscription.collection = collection
    subscription.state = SubscriptionState.TRIALING if is_trial else SubscriptionState.ACTIVE
    subscription.anchor = plan.anchor
    if is_new or plan.kind != ChargeKind.UPGRADE or plan.anchor == plan.period_start:
        subscription.current_start = plan.period_start
    subscription.current_end = plan.period_end
    subscription.due_since = subscription.due_until = None
    subscription.arrears_of = ""
    subscription.cancel_at_end = False
    if not is_new:
        subscription.version += 1
    subscription.save()


def _replace(plan: Plan) -> None:
    """End the charge whose time the new one takes over, and note what was taken off it."""
    Charge.objects.filter(Q(id=plan.replaces)).update(ended_at=plan.period_start)
    for step in plan.steps:
        if step.credit_minor:
            ChargeStep.objects.filter(
                Q(charge=plan.replaces), seller=step.seller, buyer=step.buyer
            ).update(credited_minor=F("credited_minor") + step.credit_minor)


def _warn_partners(plan: Plan) -> None:
    """Tell partners whose balance is lower now than they wanted it to be."""
    for step in plan.steps:
        if step.buyer is not None and step.due_minor > 0:
            tell_low(wallet_of(channel_id=step.buyer, currency=plan.currency).id)


def _write_steps(charge: Charge, plan: Plan) -> list[ChargeStep]:
    return ChargeStep.objects.bulk_create(
        ChargeStep(
            charge=charge,
            level=step.level,
            seller_id=step.seller,
            buyer_id=step.buyer,
            line_id=step.line_id,
            list_number=step.list_number,
            price_minor=step.price_minor,
            billed_minor=step.billed_minor,
            credit_minor=step.credit_minor,
        )
        for step in plan.steps
    )


def _plan_next(
    subscription: Subscription, offer: Offer, quantity: int, *, actor: Actor
) -> Subscription:
    subscription.next_offer = offer
    subscription.next_quantity = quantity
    subscription.version += 1
    subscription.save(update_fields=["next_offer", "next_quantity", "version"])
    record(
        action="billing.next_planned",
        actor=actor,
        obj=("subscription", subscription.public_id),
        after={"offer": offer.code},
    )
    return subscription


def _is_planned(subscription: Subscription, told: dict[str, object]) -> bool:
    planned = subscription.next_offer
    return planned is not None and planned.code == told["offer"]


@public_context()
@transaction.atomic
def cancel(
    subscription_id: UUID, *, actor: Actor, keep: bool = False, reason: str = ""
) -> Subscription:
    """End a subscription with its period, or take that back (``keep``); nothing is given back.

    Raises:
        UnknownSale: there is none, or it has ended.
    """
    subscription = locked_subscription(subscription_id)
    if subscription.state not in OPEN_STATES or subscription.current_end is None:
        raise UnknownSale
    subscription.cancel_at_end = not keep
    subscription.version += 1
    subscription.save(update_fields=["cancel_at_end", "version"])
    write_licences(subscription, dunning=dunning_for(subscription), actor=actor)
    record(
        action="billing.kept" if keep else "billing.cancelled",
        actor=actor,
        obj=("subscription", subscription.public_id),
        after={"offer": subscription.offer.code},
        reason=reason,
    )
    return subscription


def locked_subscription(subscription_id: UUID) -> Subscription:
    """Return a subscription, locked after its shop until the transaction ends.

    Raises:
        UnknownSale: there is none.
    """
    tenant_id = (
        Subscription.objects.filter(id=subscription_id).values_list("tenant_id", flat=True).first()
    )
    if tenant_id is None:
        raise UnknownSale
    locked(tenant_id)
    return (
        Subscription.objects.select_for_update(of=("self",))
        .select_related("offer__edition", "product")
        .get(id=subscription_id)
    )
