"""What an exchange for something dearer or cheaper costs or gives back.

Today's prices of both are compared, and what was paid moves in their proportion: a
discount goes on holding. What was had for nothing is exchanged for the whole difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.aftersales.rooms import Room
from kernel.orders.models import Order
from kernel.orders.services.repricing import Extra, growth_of
from kernel.pricing.groups import buying_from
from kernel.pricing.services import prices_for
from kernel.pricing.values import Buyer, PriceRequest


@dataclass(frozen=True, slots=True)
class Difference:
    """What pieces of a line cost more, or less, than those that come back.

    Attributes:
        refund_minor: what goes back.
        extra_unit_minor: what each piece costs more, without taxes that are put on.
        extra_minor: what all of them cost more, with taxes.
    """

    refund_minor: int = 0
    extra_unit_minor: int = 0
    extra_minor: int = 0


NONE = Difference()


def prices_of(order: Order, swapped: Mapping[UUID, Room], *, now: datetime) -> dict[UUID, int]:
    """Return what the buyer of an order would pay today for what is exchanged.

    What has no price of its own is left out: it costs what it is exchanged for.

    Args:
        order: whose buyer is meant.
        swapped: by variant that is wanted, of which line.
        now: the moment.
    """
    wanted = {key: room for key, room in swapped.items() if key != room.variant_id}
    if not wanted:
        return {}
    asked = {*wanted, *(room.variant_id for room in wanted.values())}
    found = prices_for(
        [PriceRequest(key) for key in sorted(asked)],
        buyer=buying_from(Buyer(member_id=order.member_id), order.address.get("country", "")),
        currency=order.currency,
        now=now,
    )
    prices = {key: price.unit.minor for key, price in found.items()}
    for room in wanted.values():
        # What is not sold any more is worth what it was sold for.
        prices.setdefault(room.variant_id, room.line.unit_minor)
    return prices


def difference_of(
    room: Room, variant_id: UUID, pieces: int, prices: Mapping[UUID, int]
) -> Difference:
    """Return what so many pieces of a line cost more or less as another variant."""
    if variant_id not in prices or variant_id == room.variant_id:
        return NONE
    old, new = prices[room.variant_id], prices[variant_id]
    paid = room.worth(pieces)
    if new < old:
        return Difference(refund_minor=paid * (old - new) // old)
    if new == old:
        return NONE
    line = room.line
    price = line.total_minor - line.tax_minor
    unit = (new - old) * price // (old * max(line.quantity, 1)) if old and price else new - old
    extra = Extra(unit, pieces)
    return Difference(extra_unit_minor=unit, extra_minor=growth_of(line, extra) if unit else 0)
