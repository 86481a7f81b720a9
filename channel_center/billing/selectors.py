"""What is on sale, and for how much, as those see it who sell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from channel_center.billing.choices import Audience, ListState
from channel_center.billing.models import Offer, PriceLine, PriceList
from channel_center.billing.services.lists import own_prices
from channel_center.billing.services.pricing import chain_of, least_retail
from kernel.tenancy.context import public_context


@dataclass(frozen=True, slots=True)
class Row:
    """An offer with its figures, in minor units.

    Attributes:
        key: names it in forms.
        paid: what the seller pays for it himself; None for the operator.
        least: what shops must be asked for at least: by those above, or as it was said last.
        asked: the seller's own price that counts now.
        may_lose: it may be less than what he pays.
    """

    offer: Offer
    name: str
    paid: int | None
    least: int | None
    asked: int | None
    may_lose: bool = False

    @property
    def key(self) -> str:
        """Return what stands for it in names of fields."""
        return self.offer.pk.hex


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
        Offer.objects.filter(is_active=True, edition__product__is_active=True)
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
            )
        )
    return found
