"""What the pages of price lists show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from kernel.backoffice.goods import variant_name
from kernel.catalogue.models import Variant
from kernel.common.money import Money
from kernel.pricing.models import PriceList
from kernel.pricing.services import lowest_prices, prices_for
from kernel.pricing.values import Buyer, ExplainedPrice, PriceRequest
from kernel.tenancy.context import current_tenant

KINDS: Final[dict[str, Promise]] = {
    "base": gettext_lazy("Base price"),
    "entry": gettext_lazy("Price in the list"),
    "tier": gettext_lazy("Price in the list, from a quantity on"),
    "rule": gettext_lazy("Rule of the list"),
}
_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Explained:
    """A price with its reasons, for people.

    Attributes:
        steps: what was looked at, label, name of the list, amount, whether it decides.
        lowest: in the last days, for the same buyer.
    """

    name: str
    sku: str
    price: ExplainedPrice | None
    steps: list[tuple[Promise, str, Money, bool]]
    lowest: Money | None


def explained(
    variants: Sequence[Variant], *, quantity: int, member_id: UUID | None, now: datetime
) -> list[Explained]:
    """Return why variants cost what they cost a buyer at a moment."""
    currency, keys = current_tenant().currency, [variant.pk for variant in variants]
    if not keys:
        return []
    buyer = Buyer(member_id=member_id)
    found = prices_for(
        [PriceRequest(key, quantity) for key in keys],
        buyer=buyer,
        currency=currency,
        now=now,
    )
    lowest = lowest_prices(
        keys, currency=currency, days=_DAYS, now=now, buyer=buyer, quantity=quantity
    )
    return [
        Explained(
            name=variant_name(variant),
            sku=variant.sku,
            price=found.get(variant.pk),
            steps=_steps(found.get(variant.pk)),
            lowest=lowest.get(variant.pk),
        )
        for variant in variants
    ]


def _steps(price: ExplainedPrice | None) -> list[tuple[Promise, str, Money, bool]]:
    chain = price.chain if price is not None else []
    return [(KINDS[step.kind], step.label, step.unit, step.decides) for step in chain]


def standing_of(row: PriceList, now: datetime) -> str:
    """Return whether a list is in use: ``on``, ``off``, ``ahead`` or ``over``."""
    if not row.is_active:
        return "off"
    if row.ends_at is not None and row.ends_at <= now:
        return "over"
    return "ahead" if row.starts_at is not None and row.starts_at > now else "on"
