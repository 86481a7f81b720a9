"""Sets base prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.catalogue.choices import VariantStatus
from kernel.catalogue.models import Product, Variant
from kernel.catalogue.services.products import PriceSpan, note_prices
from kernel.common.money import DECIMALS, LARGEST_MINOR, Money
from kernel.common.time import utc_now
from kernel.pricing.errors import InvalidPrice, UnknownVariant
from kernel.pricing.models import BasePrice, PriceHistory
from kernel.pricing.values import NewPrice
from kernel.tenancy.context import current_tenant

_MOST_LOGGED: Final = 20
_NOTHING: Final = PriceSpan(None, None, "", None)


def set_base_price(
    variant_id: UUID,
    money: Money,
    compare_at: Money | None = None,
    *,
    actor: Actor,
    now: datetime | None = None,
) -> BasePrice:
    """Set what a variant costs in a currency, from now on.

    Raises:
        UnknownVariant: there is no such variant.
        InvalidPrice: negative, beyond all measure, or of mixed currencies.
    """
    set_base_prices([NewPrice(variant_id, money, compare_at)], actor=actor, now=now)
    return BasePrice.objects.get(variant=variant_id, currency=money.currency)


@transaction.atomic
def set_base_prices(
    prices: Sequence[NewPrice], *, actor: Actor, now: datetime | None = None, currency: str = ""
) -> int:
    """Set many base prices of one currency: all of them, or none; return how many changed.

    The number of statements does not depend on the number of prices, but for one
    event for each product. What is so already leaves no trace.

    Args:
        prices: at most one for each variant.
        actor: who sets them.
        now: the moment from which they count; the present when None.
        currency: needed only where every price is taken away.

    Raises:
        UnknownVariant: there is no such variant.
        InvalidPrice: negative, beyond all measure, of mixed currencies, or two for
            a variant.
    """
    moment = now or utc_now()
    code = _checked(prices, currency)
    wanted = {price.variant_id: price for price in prices}
    products = _locked_products(list(wanted))
    rows = BasePrice.objects.filter(variant__in=list(wanted), currency=code)
    current = {row.variant_id: row for row in rows.select_for_update(no_key=True).order_by("pk")}
    changed = {key: price for key, price in wanted.items() if _differs(price, current.get(key))}
    if not changed:
        return 0
    _write(changed, code)
    _remember(changed, current, code, moment)
    _refresh(products)
    few = list(changed)[:_MOST_LOGGED]
    record(
        action="price.changed",
        actor=actor,
        obj=("catalogue.product", str(products[0])) if len(products) == 1 else None,
        before={str(key): current[key].minor for key in few if key in current},
        after={"currency": code, "variants": len(changed)}
        | {str(key): _minor(changed[key].price) for key in few},
        now=moment,
    )
    return len(changed)


@transaction.atomic
def refresh_spans(product_ids: Iterable[UUID]) -> None:
    """Tell the catalogue again from what to what products cost, where it is wrong."""
    ids = sorted(set(product_ids))
    list(Product.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    _refresh(ids)


def _checked(prices: Sequence[NewPrice], currency: str) -> str:
    amounts = [
        (name, amount)
        for price in prices
        for name, amount in (("price", price.price), ("compare_at", price.compare_at))
        if amount is not None
    ]
    currencies = {amount.currency for _name, amount in amounts} | ({currency} - {""})
    if len(currencies) != 1 or not currencies <= set(DECIMALS):
        raise InvalidPrice(field="currency")
    for name, amount in amounts:
        if not 0 <= amount.minor <= LARGEST_MINOR:
            raise InvalidPrice(field=name)
    if len({price.variant_id for price in prices}) < len(prices):
        raise InvalidPrice(field="variant_id")
    return currencies.pop()


def _locked_products(variant_ids: Sequence[UUID]) -> list[UUID]:
    pairs = dict(Variant.objects.filter(pk__in=variant_ids).values_list("id", "product_id"))
    if len(pairs) < len(variant_ids):
        raise UnknownVariant
    ids = sorted(set(pairs.values()))
    list(Product.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    return ids


def _differs(price: NewPrice, row: BasePrice | None) -> bool:
    if price.price is None:
        return row is not None
    asked = price.price.minor, _minor(price.compare_at)
    return row is None or (row.minor, row.compare_at_minor) != asked


def _write(changed: Mapping[UUID, NewPrice], currency: str) -> None:
    gone = [key for key, price in changed.items() if price.price is None]
    if gone:
        BasePrice.objects.filter(variant__in=gone, currency=currency).delete()
    BasePrice.objects.bulk_create(
        [
            BasePrice(
                variant_id=key,
                currency=currency,
                minor=price.price.minor,
                compare_at_minor=_minor(price.compare_at),
                updated_at=Now(),
            )
            for key, price in changed.items()
            if price.price is not None
        ],
        update_conflicts=True,
        unique_fields=["variant", "currency"],
        update_fields=["minor", "compare_at_minor", "updated_at"],
    )


def _remember(
    changed: Mapping[UUID, NewPrice],
    current: Mapping[UUID, BasePrice],
    currency: str,
    moment: datetime,
) -> None:
    rows = []
    for key, price in changed.items():
        minor = _minor(price.price)
        before = current[key].minor if key in current else None
        if minor != before:
            rows.append(
                PriceHistory(
                    variant_id=key,
                    currency=currency,
                    minor=minor,
                    recorded_at=moment,
                )
            )
    PriceHistory.objects.bulk_create(rows)


def _refresh(product_ids: Sequence[UUID]) -> None:
    """Compare what the catalogue keeps with the prices of the variants on sale."""
    currency = current_tenant().currency
    rows = BasePrice.objects.filter(
        variant__product__in=product_ids,
        variant__status=VariantStatus.ACTIVE,
        currency=currency,
    ).order_by("minor", "variant__position", "variant_id")
    spans: dict[UUID, PriceSpan] = {}
    for product, variant, minor in rows.values_list("variant__product_id", "variant_id", "minor"):
        first = spans.get(product)
        spans[product] = (
            PriceSpan(minor, minor, currency, variant)
            if first is None
            else PriceSpan(first.lowest_minor, minor, currency, first.lead_variant_id)
        )
    stale = {}
    for row in Product.objects.filter(pk__in=product_ids).only(
        "lowest_minor", "highest_minor", "price_currency", "lead_variant_id"
    ):
        span = spans.get(row.id, _NOTHING)
        kept = PriceSpan(
            row.lowest_minor, row.highest_minor, row.price_currency, row.lead_variant_id
        )
        if kept != span:
            stale[row.id] = span
    if stale:
        note_prices(stale)


def _minor(price: Money | None) -> int | None:
    return None if price is None else price.minor
