"""What is on sale, and for how much, as those see it who sell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from channel_center.billing.choices import (
    FOR_GOOD,
    Audience,
    ListState,
    ProductKind,
)
from channel_center.billing.models import (
    BundlePart,
    Edition,
    Offer,
    PriceLine,
    PriceList,
    Product,
)
from channel_center.billing.services.lists import own_prices
from channel_center.billing.services.pricing import (
    ON_SALE,
    STILL_HELD,
    chain_of,
    least_retail,
)
from channel_center.billing.tiers import Tiers
from kernel.tenancy.context import public_context

_ZH: Final = "names__zh-hans__icontains"


@dataclass(frozen=True, slots=True)
class Row:
    """An offer with its figures, in minor units.

    Attributes:
        key: names it in forms.
        paid: what the seller pays for it himself; None for the operator.
        least: what shops must be asked for at least: by those above, or as it was said last.
        asked: the seller's own price that counts now.
        may_lose: it may be less than what he pays.
        paid_tiers, asked_tiers: of what is paid by use; see `channel_center.billing.tiers`.
    """

    offer: Offer
    name: str
    paid: int | None
    least: int | None
    asked: int | None
    may_lose: bool = False
    paid_tiers: Tiers = ()
    asked_tiers: Tiers = ()

    @property
    def key(self) -> str:
        """Return what stands for it in names of fields."""
        return self.offer.pk.hex

    @property
    def is_on_sale(self) -> bool:
        """False for what is only renewed by those who have it."""
        return self.offer.is_active and self.offer.edition.product.is_active


@public_context()
def lists_of(owner_id: UUID | None, audience: str, currency: str) -> QuerySet[PriceList]:
    """Return a seller's published lists for all of an audience, the newest first."""
    return (
        PriceList.objects.filter(
            Q(owner=owner_id), audience=audience, buyer=None, currency=currency
        )
        .filter(state=ListState.PUBLISHED)
        .order_by("-number")
    )


@public_context()
def rows_of(
    owner_id: UUID | None, audience: str, currency: str, *, language: str, now: datetime
) -> list[Row]:
    """Return everything that is on offer, with what a seller pays and asks."""
    offers: Sequence[Offer] = list(
        Offer.objects.filter(ON_SALE | STILL_HELD)
        .distinct()
        .select_related("edition__product")
        .order_by("edition__product__position", "edition__product__code", "edition__rank", "term")
    )
    keys = [each.pk for each in offers]
    own = own_prices(owner_id, currency, keys, at=now)
    above = least_retail(chain_of(owner_id), currency, keys, at=now)
    present = lists_of(owner_id, audience, currency).filter(valid_from__lte=now).first()
    lines = {
        line.offer_id: line
        for line in (PriceLine.objects.filter(price_list=present) if present else ())
    }
    found = []
    for offer in offers:
        edition = offer.edition
        line, paid = lines.get(offer.pk), own.get(offer.pk)
        said = line.minimum_retail_minor if line else None
        found.append(
            Row(
                offer=offer,
                name=f"{edition.product.name_in(language)} · {edition.name_in(language)}",
                paid=paid.amount_minor if paid else None,
                least=said if audience == Audience.PARTNER else above.get(offer.pk),
                asked=line.amount_minor if line else None,
                may_lose=line is not None and line.may_lose,
                paid_tiers=paid.tiers if paid else (),
                asked_tiers=line.steps if line else (),
            )
        )
    return found


@public_context()
def products_of(*, text: str = "", kind: str = "") -> QuerySet[Product]:
    """Return everything that was ever put on sale, by its place; the operator's."""
    rows = Product.objects.select_related("supports").prefetch_related("editions__offers")
    if kind:
        rows = rows.filter(kind=kind)
    if text:
        rows = rows.filter(
            Q(code__icontains=text) | Q(names__en__icontains=text) | Q(**{_ZH: text})
        )
    return rows.order_by("position", "code")


@public_context()
def ladder_of(product: Product) -> list[Edition]:
    """Return a product's editions from the smallest on, with their offers and parts."""
    offers = Prefetch("offers", Offer.objects.order_by("term", "code"))
    parts = Prefetch("parts", BundlePart.objects.select_related("part__product"))
    return list(
        Edition.objects.filter(product=product).prefetch_related(offers, parts).order_by("rank")
    )


@public_context()
def editions_to_bundle() -> list[Edition]:
    """Return what a bundle may be made of."""
    rows = Edition.objects.exclude(product__kind__in=[ProductKind.BUNDLE, ProductKind.SERVICE])
    return list(
        rows.filter(product__is_active=True)
        .select_related("product")
        .order_by("product__position", "product__code", "rank")
    )


@public_context()
def products_without_support() -> list[Product]:
    """Return what is sold for good and has no support to be bought."""
    rows = Product.objects.filter(editions__offers__term__in=FOR_GOOD, support=None)
    return list(rows.distinct().order_by("position", "code"))
