"""Renews by the clock: a period is paid by the whole chain, once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from channel_center.billing.choices import OPEN_STATES, SubscriptionState
from channel_center.billing.models import Charge, Offer, Subscription
from channel_center.billing.planning import plan_renewal
from channel_center.billing.services.freezing import refuse_moving
from channel_center.billing.services.metering import charge_use, is_by_use, read_use
from channel_center.billing.services.pricing import chain_of, chain_prices
from channel_center.billing.services.quoting import wanted_of
from channel_center.billing.services.selling import carry_out, locked_subscription
from channel_center.billing.services.settling import ChainShort
from channel_center.billing.services.shortage import tell_short
from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context
from tenants.models import Tenant


@public_context()
def renew(subscription_id: UUID, *, actor: Actor, now: datetime | None = None) -> Charge | None:
    """Charge the period that follows, if it has begun; None when there is nothing to do.

    Args:
        subscription_id: what is renewed.
        actor: the clock, or who pays what is overdue.
        now: the moment.

    Raises:
        UnknownSale: there is no such subscription.
        UnknownOffer: nobody sells it any more.
        InsufficientFunds: the shop's balance does not suffice.
        NotAvailableNow: that of somebody above does not.
        ShopMoving: the shop is on its way to another partner.
    """
    moment = now or utc_now()
    try:
        _keep_reading(subscription_id, now=moment)
        with transaction.atomic():
            return _renew(locked_subscription(subscription_id), actor=actor, now=moment)
    except ChainShort as short:
        tell_short(short)
        raise


def _keep_reading(subscription_id: UUID, *, now: datetime) -> None:
    """Read the meter of what is paid by use; the reading stays though nobody can pay."""
    row = Subscription.objects.select_related("offer").filter(id=subscription_id).first()
    if row is not None and is_by_use(row) and is_due(row, now=now) and row.current_end:
        read_use(row.id, until=row.current_end)


def is_due(subscription: Subscription, *, now: datetime) -> bool:
    """Tell whether the next period has begun and is not paid."""
    return (
        subscription.state in OPEN_STATES
        and subscription.state != SubscriptionState.TRIALING
        and not subscription.cancel_at_end
        and subscription.current_end is not None
        and subscription.current_end <= now
    )


def _renew(subscription: Subscription, *, actor: Actor, now: datetime) -> Charge | None:
    if not is_due(subscription, now=now) or subscription.current_end is None:
        return None
    refuse_moving(subscription.tenant_id)
    if is_by_use(subscription):
        charge_use(subscription, until=subscription.current_end, now=now, actor=actor)
    offer = Offer.objects.select_related("edition__product").get(
        id=subscription.next_offer_id or subscription.offer_id
    )
    quantity = subscription.next_quantity or subscription.quantity
    tenant = Tenant.objects.get(pk=subscription.tenant_id)
    chain = chain_of(tenant.channel_id)
    plan = plan_renewal(
        wanted_of(offer, quantity),
        chain,
        chain_prices(chain, tenant.currency, offer.id, at=now),
        currency=tenant.currency,
        start=subscription.current_end,
        anchor=subscription.anchor,
    )
    return carry_out(
        plan,
        subscription,
        offer,
        quantity=quantity,
        collection=subscription.collection,
        key=f"renewal:{subscription.id}:{subscription.current_end.isoformat()}",
        actor=actor,
        now=now,
    )
