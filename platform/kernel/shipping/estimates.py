"""What freight would cost, before anybody has ordered: for pages, APIs and staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.catalogue.choices import ProductKind
from kernel.orders.goods import goods_of
from kernel.pricing.services import prices_for
from kernel.pricing.values import Buyer, PriceRequest
from kernel.shipping.counting import Freight, Load, count
from kernel.shipping.models import ShippingMethod
from kernel.shipping.places import Where
from kernel.shipping.selectors import plans_of, shipping_methods

_TRAVELS = frozenset({ProductKind.PHYSICAL, ProductKind.BUNDLE})


@dataclass(frozen=True, slots=True)
class Estimate:
    """A way with what it would cost."""

    way: ShippingMethod
    freight: Freight


def loads_of(
    wanted: Mapping[UUID, int], *, buyer: Buyer, currency: str, now: datetime
) -> list[Load]:
    """Return what travels of some variants, at what the buyer would pay for it."""
    known = goods_of(wanted)
    shipped = [key for key in wanted if key in known and known[key].kind in _TRAVELS]
    prices = prices_for(
        [PriceRequest(key, wanted[key]) for key in shipped], buyer=buyer, currency=currency, now=now
    )
    found = []
    for place, key in enumerate(shipped):
        facts, pieces = known[key].facts, wanted[key]
        worth = prices[key].unit.minor * pieces if key in prices else 0
        load = Load(
            key=place,
            pieces=pieces,
            grams=pieces * int(str(facts["weight_grams"])),
            cm3=pieces * int(str(facts["volume_cm3"])),
            worth_minor=worth,
            template=str(facts["product__freight_template"]),
        )
        found.append(load)
    return found


def estimate(loads: Sequence[Load], where: Where, *, currency: str) -> list[Estimate]:
    """Return what each way would cost for goods that one seller sends; two queries."""
    named = plans_of(currency) if any(load.template for load in loads) else {}
    return [Estimate(way, count(way, loads, where, named)) for way in shipping_methods(currency)]
