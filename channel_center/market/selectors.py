"""What a shop can find in the market, what it has, and what it paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.templatetags.static import static
from django.utils.translation import get_language

from channel_center.billing.choices import (
    FOR_GOOD,
    OPEN_STATES,
    RECURRING,
    ChargeKind,
    SubscriptionState,
)
from channel_center.billing.models import Charge, Licence, Offer, Product, Subscription, TopUp
from channel_center.billing.models import Refund as Back
from channel_center.billing.services.pricing import chain_of, prices_of
from channel_center.billing.values import Price
from channel_center.market.errors import UnknownItem
from channel_center.market.values import Bought, Item, Offered
from kernel.common.money import Money
from kernel.modules.manifest import Manifest
from kernel.tenancy.context import TenantRef, public_context
from tenants.console.selectors import Function, functions_of
from tenants.models import Tenant
from tenants.services.modules import statuses

_MOST_LINES: Final = 100
OTHERS: Final = "other"


@dataclass(frozen=True, slots=True)
class _Sold:
    """What can be bought, and what was, of every product."""

    products: dict[UUID, Product]
    offers: dict[UUID, tuple[Offered, ...]]
    bought: dict[UUID, Bought]


@public_context()
def items_of(tenant: TenantRef, *, now: datetime) -> list[Item]:
    """Return everything that the shop may switch on or buy; a fixed number of queries."""
    sold = _sold_to(tenant, now=now)
    by_feature: dict[str, list[Product]] = defaultdict(list)
    for product in sold.products.values():
        by_feature[product.feature].append(product)
    functions = functions_of(tenant.id, statuses(tenant.id, now=now))
    items, shown = [], set()
    for function in functions:
        products = by_feature.get(function.status.manifest.code, [])
        shown |= {each.id for each in products}
        items.append(_module_item(function, products, sold))
    items += [
        _product_item(product, sold)
        for product in sold.products.values()
        if product.id not in shown and (product.id in sold.offers or product.id in sold.bought)
    ]
    return items


def item_of(tenant: TenantRef, code: str, *, now: datetime) -> Item:
    """Return one of them.

    Raises:
        UnknownItem: it is not there.
    """
    for item in items_of(tenant, now=now):
        if item.code == code:
            return item
    raise UnknownItem


def _module_item(function: Function, products: Sequence[Product], sold: _Sold) -> Item:
    manifest, language = function.status.manifest, get_language()
    product = products[0] if products else None
    return Item(
        code=manifest.code,
        name=manifest.name.in_language(language),
        summary=manifest.summary.in_language(language),
        category=manifest.category or OTHERS,
        icon=manifest.icon,
        pictures=tuple(product.pictures) if product and product.pictures else _shots(manifest),
        function=function,
        product=product,
        offers=tuple(o for each in products for o in sold.offers.get(each.id, ())),
        bought=next((sold.bought[each.id] for each in products if each.id in sold.bought), None),
        support=_support_of(products, sold),
    )


def _shots(manifest: Manifest) -> tuple[str, ...]:
    """Return the addresses of a module's own pictures in the reader's language."""
    code = "en" if (get_language() or "").startswith("en") else "zh"
    return tuple(static(name.replace("{language}", code)) for name in manifest.screenshots)


def _product_item(product: Product, sold: _Sold) -> Item:
    language = get_language()
    return Item(
        code=product.public_id,
        name=product.name_in(language),
        summary=product.summary_in(language),
        category=product.category or product.kind,
        icon="stack",
        pictures=tuple(product.pictures),
        function=None,
        product=product,
        offers=sold.offers.get(product.id, ()),
        bought=sold.bought.get(product.id),
        support=_support_of([product], sold),
    )


def _support_of(products: Sequence[Product], sold: _Sold) -> str:
    """Return the code of what extends updates and support, where it can be had."""
    keys = {each.id for each in products}
    found = (
        each.public_id
        for each in sold.products.values()
        if each.supports_id in keys and each.id in sold.offers
    )
    return next(found, "")


def _sold_to(tenant: TenantRef, *, now: datetime) -> _Sold:
    channel_id = Tenant.objects.values_list("channel_id", flat=True).get(pk=tenant.id)
    offers = list(
        Offer.objects.select_related("edition__product")
        .filter(is_active=True, edition__product__is_active=True)
        .order_by("edition__product__position", "edition__rank", "term", "code")
    )
    held = _held_by(tenant)
    # What is off sale is renewed all the same by those who have it.
    keys = {o.id for o in offers} | {row.next_offer_id or row.offer_id for row in held}
    prices = prices_of(chain_of(channel_id), tenant.currency, keys, at=now)
    bought = _bought_by(tenant, held, prices)
    for_good = {key for key, row in bought.items() if row.is_for_good}
    tried = {row.subscription.product_id for row in bought.values()}
    found: dict[UUID, list[Offered]] = defaultdict(list)
    products = {o.edition.product_id: o.edition.product for o in offers}
    products |= {row.subscription.product_id: row.subscription.product for row in bought.values()}
    for offer in offers:
        supported = offer.edition.product.supports_id
        if supported is not None and supported not in for_good:
            continue
        asked = _asked(prices[offer.id])
        if asked is not None:
            product_id = offer.edition.product_id
            now_has = bought.get(product_id)
            days = 0 if product_id in tried else _trial_days(offer, asked)
            price = Money(asked.amount_minor, tenant.currency)
            tiers = tuple((up, Money(minor, tenant.currency)) for up, minor in asked.tiers)
            action = _action(offer, now_has)
            found[product_id].append(Offered(offer, price, days, action, tiers))
    return _Sold(products, {key: tuple(rows) for key, rows in found.items()}, bought)


def _asked(levels: Sequence[Price | None]) -> Price | None:
    """Return what the shop is asked for; None where a level has no price or would lose."""
    complete = [each for each in levels if each is not None]
    if len(complete) != len(levels):
        return None
    for price, above in zip(complete[1:], complete, strict=False):
        if not price.may_lose and price.least_over(above) is not None:
            return None
    return complete[-1]


def _trial_days(offer: Offer, asked: Price) -> int:
    if offer.term not in RECURRING:
        return 0
    return offer.trial_days if asked.trial_days is None else asked.trial_days


def _action(offer: Offer, bought: Bought | None) -> str:
    """Say what asking for an offer would be; `billing.planning` decides."""
    if bought is None or not bought.is_open:
        return "buy"
    has = bought.subscription
    if bought.is_trial:
        return "convert"
    if has.next_offer_id == offer.id:
        return "planned"
    if has.offer_id == offer.id:
        return "current"
    wanted, running = offer.edition.rank, has.offer.edition.rank
    if has.offer.term in FOR_GOOD:
        return "upgrade" if offer.term in FOR_GOOD and wanted > running else ""
    shortens = has.offer.term == "year" and offer.term == "month" and wanted <= running
    return "change" if wanted < running or shortens else "upgrade"


def _held_by(tenant: TenantRef) -> list[Subscription]:
    return list(
        Subscription.objects.filter(tenant=tenant.id)
        .select_related("product", "offer__edition", "next_offer__edition")
        .order_by("created_at")
    )


def _bought_by(
    tenant: TenantRef, rows: Sequence[Subscription], prices: dict[UUID, list[Price | None]]
) -> dict[UUID, Bought]:
    """Return the newest subscription of each product, one that is open first."""
    licences = {
        row.subscription_id: row
        for row in Licence.objects.filter(subscription__in=[each.id for each in rows])
    }
    found: dict[UUID, Bought] = {}
    for row in sorted(rows, key=lambda each: each.state in OPEN_STATES):
        licence = licences.get(row.id)
        found[row.product_id] = Bought(
            subscription=row,
            read_only_at=licence.ends_at if licence else row.current_end,
            off_at=licence.off_at if licence else None,
            support_until=licence.support_until if licence else None,
            renewal=_renewal(row, tenant, prices),
        )
    return found


def _renewal(
    row: Subscription, tenant: TenantRef, prices: dict[UUID, list[Price | None]]
) -> Money | None:
    next_offer = row.next_offer or row.offer
    is_renewed = (
        row.state in OPEN_STATES
        and row.state != SubscriptionState.TRIALING
        and next_offer.term in RECURRING
        and not row.cancel_at_end
    )
    asked = _asked(prices.get(next_offer.id) or [None]) if is_renewed else None
    quantity = row.next_quantity or row.quantity
    return Money(asked.amount_minor * quantity, tenant.currency) if asked else None


def narrowed(items: Iterable[Item], *, text: str, category: str) -> list[Item]:
    """Return those whose name or summary has a text, and that are of a category."""
    wanted = text.strip().casefold()
    return [
        each
        for each in items
        if (not category or each.category == category)
        and wanted in f"{each.name} {each.summary}".casefold()
    ]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of what a shop paid and put on its balance.

    Attributes:
        kind: of the charge, or ``topped_up``, ``gift``, ``refund``.
        minor: above zero for what came in.
    """

    at: datetime
    kind: str
    about: str
    minor: int
    currency: str


@public_context()
def statement_of(tenant_id: UUID) -> list[Line]:
    """Return what moved on a shop's balance, the newest first; three queries."""
    language = get_language()
    charges = (
        Charge.objects.filter(subscription__tenant=tenant_id, steps__buyer=None)
        .exclude(kind=ChargeKind.MOVE)
        .select_related("offer__edition__product")
        .prefetch_related("steps")
        .distinct()
        .order_by("-created_at")[:_MOST_LINES]
    )
    lines = [
        Line(
            charge.created_at,
            str(charge.kind),
            charge.offer.edition.product.name_in(language),
            -max(charge.steps.all(), key=lambda step: step.level).due_minor,
            charge.currency,
        )
        for charge in charges
    ]
    came = TopUp.objects.filter(wallet__tenant=tenant_id).select_related("wallet")
    lines += [
        Line(
            row.created_at,
            "gift" if row.source == "gift" else "topped_up",
            row.note,
            row.amount_minor,
            row.wallet.currency,
        )
        for row in came.order_by("-created_at")[:_MOST_LINES]
    ]
    back = Back.objects.filter(charge__subscription__tenant=tenant_id).select_related("charge")
    lines += [
        Line(row.created_at, "refund", row.reason, row.retail_minor, row.charge.currency)
        for row in back.order_by("-created_at")[:_MOST_LINES]
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:_MOST_LINES]
