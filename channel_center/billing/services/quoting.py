"""Says what something would cost, and signs it."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID

from channel_center.billing.choices import OPEN_STATES, Collection, SubscriptionState, Term
from channel_center.billing.errors import (
    ExpiredQuote,
    FeatureMissing,
    InvalidQuote,
    NotSellable,
    UnknownOffer,
)
from channel_center.billing.models import BundlePart, Charge, ChargeStep, Edition, Offer
from channel_center.billing.models import Subscription as Sub
from channel_center.billing.planning import Running, Wanted, plan_sale
from channel_center.billing.services.freezing import refuse_moving
from channel_center.billing.services.pricing import chain_of, chain_prices
from channel_center.billing.services.supporting import begins_with
from channel_center.billing.values import Plan, Price, Quote
from kernel.common.ids import uuid7
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.modules.ports import KERNEL_FEATURES
from kernel.modules.registry import manifest_of
from kernel.tenancy.context import public_context
from kernel.tenancy.signing import BadSignature, dumps, loads
from tenants.models import Tenant

HOLDS_FOR: Final = timedelta(minutes=15)
MOST_QUANTITY: Final = 10_000
_SALT: Final = "billing.quote"
_LONGEST_LIFE: Final = timedelta(days=3650)
"""Of the signature; how long a quote holds stands in it, by the caller's clock."""


@public_context()
def quote(
    tenant_id: UUID,
    offer_code: str,
    *,
    quantity: int = 1,
    as_trial: bool = False,
    collection: str = Collection.WALLET,
    now: datetime | None = None,
) -> Quote:
    """Say what buying an offer costs now, and what it does.

    Args:
        tenant_id: the shop.
        offer_code: what it wants.
        quantity: how many.
        as_trial: to try it first, at no cost.
        collection: from the shop's balance, or on account with its partner.
        now: the moment it is asked for, and charged at.

    Raises:
        UnknownOffer: there is no such offer, or nobody above sells it.
        NotSellable: it is there already, there is no trial, or it was bought for good.
        FeatureMissing: the release does not carry the module.
        ShopMoving: the shop is on its way to another partner.
    """
    moment = now or utc_now()
    if not 1 <= quantity <= MOST_QUANTITY or collection not in Collection.values:
        raise NotSellable(reason="quantity")
    plan, tenant, subscription = make_plan(
        tenant_id, offer_code, quantity=quantity, as_trial=as_trial, now=moment
    )
    quote_id, until = uuid7(), moment + HOLDS_FOR
    told = {
        "id": quote_id.hex,
        "tenant": tenant.pk.hex,
        "offer": offer_code,
        "quantity": quantity,
        "trial": as_trial,
        "collection": str(collection),
        "at": moment.isoformat(),
        "until": until.isoformat(),
        "plan": digest(plan, subscription),
    }
    last, currency = plan.retail, plan.currency
    return Quote(
        id=quote_id,
        token=dumps(told, salt=_SALT),
        tenant_id=tenant.pk,
        offer_code=offer_code,
        quantity=quantity,
        kind=plan.kind,
        price=Money(last.price_minor, currency),
        billed=Money(last.billed_minor, currency),
        credit=Money(last.credit_minor, currency),
        due=Money(last.due_minor, currency),
        starts_at=plan.period_start,
        ends_at=plan.period_end,
        expires_at=until,
        plan=plan,
    )


def read_token(token: str, *, now: datetime) -> dict[str, Any]:
    """Return what a quote says.

    Raises:
        InvalidQuote: nobody gave it.
        ExpiredQuote: it is too old.
    """
    try:
        told: dict[str, Any] = loads(token, salt=_SALT, max_age=_LONGEST_LIFE)
    except BadSignature:
        raise InvalidQuote from None
    if now >= datetime.fromisoformat(told["until"]):
        raise ExpiredQuote
    return told


def digest(plan: Plan, subscription: Sub | None) -> str:
    """Return what two plans share that are the same, on the same state of things."""
    version = f"{subscription.id}:{subscription.version}" if subscription else "none"
    return blake2b(f"{asdict(plan)!r} {version}".encode(), digest_size=16).hexdigest()


def make_plan(
    tenant_id: UUID, offer_code: str, *, quantity: int, as_trial: bool, now: datetime
) -> tuple[Plan, Tenant, Sub | None]:
    """Return what a purchase would do now, for whom, and on what subscription.

    Raises:
        As `quote`.
    """
    tenant = Tenant.objects.filter(pk=tenant_id).first()
    offer = (
        Offer.objects.select_related("edition__product")
        .filter(code=offer_code, is_active=True, edition__product__is_active=True)
        .first()
    )
    if tenant is None or offer is None:
        raise UnknownOffer
    refuse_moving(tenant.pk)
    if offer.term == Term.USAGE and quantity != 1:
        raise NotSellable(reason="quantity")
    for edition in editions_of(offer):
        refuse_missing(edition.product.feature)
    chain = chain_of(tenant.channel_id)
    prices = chain_prices(chain, tenant.currency, offer.id, at=now)
    product = offer.edition.product
    subscriptions = Sub.objects.select_related("offer__edition").filter(
        tenant=tenant, product=product
    )
    current = subscriptions.filter(state__in=OPEN_STATES).first()
    if as_trial and current is None and subscriptions.exists():
        raise NotSellable(reason="no_trial")
    plan = plan_sale(
        replace(wanted_of(offer, quantity), not_before=begins_with(tenant.pk, product, now=now)),
        chain,
        prices,
        currency=tenant.currency,
        now=now,
        running=running_of(current) if current else None,
        as_trial=as_trial,
    )
    refuse_loss(prices)
    return plan, tenant, current


def refuse_loss(prices: list[Price]) -> None:
    """Refuse a sale for less than what it costs its seller, unless his list allows it.

    Raises:
        UnknownOffer: it would lose; who has no business to know why is not told.
    """
    for price, above in zip(prices[1:], prices, strict=False):
        if not price.may_lose and price.least_over(above) is not None:
            raise UnknownOffer


def wanted_of(offer: Offer, quantity: int) -> Wanted:
    """Return an offer as planning needs it."""
    return Wanted(offer.id, offer.term, offer.edition.rank, offer.trial_days, quantity)


def editions_of(offer: Offer) -> list[Edition]:
    """Return the editions that a licence is given for: of a bundle, what is in it."""
    parts = BundlePart.objects.filter(bundle=offer.edition).select_related("part__product")
    return [row.part for row in parts] or [offer.edition]


def refuse_missing(feature: str) -> None:
    """Refuse a right to what this release does not carry.

    Raises:
        FeatureMissing: it does not.
    """
    if feature and manifest_of(feature) is None and feature not in KERNEL_FEATURES:
        raise FeatureMissing(feature=feature)


def running_of(subscription: Sub) -> Running | None:
    """Return what a shop has of a product, as planning needs it."""
    charge = (
        Charge.objects.filter(subscription=subscription, ended_at=None)
        .exclude(kind="usage")
        .order_by("-period_start")
        .first()
    )
    if charge is None:
        return None
    steps = ChargeStep.objects.filter(charge=charge)
    left = {(step.seller_id, step.buyer_id): step.left_minor for step in steps}
    offer = subscription.offer
    return Running(
        charge_id=charge.id,
        offer_id=offer.id,
        term=offer.term,
        rank=offer.edition.rank,
        quantity=subscription.quantity,
        is_trial=subscription.state == SubscriptionState.TRIALING,
        anchor=subscription.anchor,
        charge_start=charge.period_start,
        charge_end=charge.period_end,
        period_start=subscription.current_start,
        period_end=subscription.current_end,
        left=left,
    )
