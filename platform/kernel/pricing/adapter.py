"""The pricing centre as the catalogue's edges see it, and what it does about their events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.catalogue.events import ProductChanged
from kernel.catalogue.ports import SetPrice, ShownPrice, set_prices
from kernel.common.money import Money
from kernel.common.outbox.events import Envelope, subscribe
from kernel.pricing.models import BasePrice
from kernel.pricing.services import (
    Buyer,
    NewPrice,
    PriceRequest,
    lowest_prices,
    prices_for,
    refresh_spans,
    set_base_prices,
)
from kernel.tenancy.context import current_tenant

RECENT_DAYS: Final = 30
_CHANGES_VARIANTS: Final = frozenset({"created", "options", "variants"})


class CataloguePrices:
    """Implements `kernel.catalogue.ports.Prices`."""

    def shown(
        self,
        variant_ids: Iterable[UUID],
        *,
        member_id: UUID | None,
        now: datetime,
        with_history: bool = False,
    ) -> Mapping[UUID, ShownPrice]:
        """Return what variants cost a member, or a stranger, in the shop's currency."""
        ids, currency = list(variant_ids), current_tenant().currency
        buyer = Buyer(member_id=member_id)
        explained = prices_for(
            [PriceRequest(key) for key in ids],
            buyer=buyer,
            currency=currency,
            now=now,
        )
        lowest = (
            lowest_prices(ids, currency=currency, days=RECENT_DAYS, now=now, buyer=buyer)
            if with_history
            else {}
        )
        return {
            key: ShownPrice(item.unit, item.compare_at, lowest.get(key))
            for key, item in explained.items()
        }

    def base(self, variant_ids: Iterable[UUID]) -> Mapping[UUID, ShownPrice]:
        """Return the base prices of variants in the shop's currency."""
        currency = current_tenant().currency
        rows = BasePrice.objects.filter(variant__in=list(variant_ids), currency=currency)
        return {
            row.variant_id: ShownPrice(
                Money(row.minor, currency),
                None if row.compare_at_minor is None else Money(row.compare_at_minor, currency),
            )
            for row in rows
        }

    def save(self, prices: Sequence[SetPrice], *, actor: Actor, now: datetime) -> None:
        """Set base prices in the shop's currency, inside the caller's transaction."""
        rows = [NewPrice(item.variant_id, item.price, item.compare_at) for item in prices]
        if rows:
            set_base_prices(rows, actor=actor, now=now, currency=current_tenant().currency)


def on_product_changed(event: ProductChanged, envelope: Envelope) -> None:
    """Let the catalogue know the prices of the variants that are on sale now."""
    if _CHANGES_VARIANTS.intersection(event.changed):
        refresh_spans([event.product_id])


def connect() -> None:
    """Join the catalogue."""
    set_prices(CataloguePrices())
    subscribe(ProductChanged.name, "pricing.refresh_spans", on_product_changed)
