"""What is to be fetched from the shelves for several orders, in one walk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from kernel.backoffice.goods import variant_name, variants_by_id
from kernel.inventory.models import Location
from kernel.inventory.selectors import promised
from kernel.orders.models import OrderLine
from kernel.orders.selectors import ListedOrder


@dataclass(slots=True)
class ToPick:
    """So many of one thing, from one place, and the orders that they are for."""

    place: str
    title: str
    sku: str
    quantity: int = 0
    orders: list[tuple[str, int]] = field(default_factory=list)


def to_pick(orders: Sequence[ListedOrder]) -> list[ToPick]:
    """Return the list, by place and name; three queries. What lies on no shelf is not in it."""
    refs = {("order", each.order.pk): each for each in orders}
    parts = promised(list(refs))
    places = dict(Location.objects.values_list("pk", "name"))
    found: dict[tuple[UUID, UUID], ToPick] = {}
    for ref, each in refs.items():
        known = _titles(each.lines)
        wanted: dict[tuple[UUID, UUID], int] = defaultdict(int)
        for part in parts[ref]:
            wanted[part.location_id, part.variant_id] += part.quantity
        for (place, variant), quantity in wanted.items():
            title, sku = known.get(variant, ("", ""))
            row = found.setdefault((place, variant), ToPick(places[place], title, sku))
            row.title, row.sku = row.title or title, row.sku or sku
            row.quantity += quantity
            row.orders.append((each.order.number, quantity))
    _name_the_rest(found)
    return sorted(found.values(), key=lambda row: (row.place, row.title, row.sku))


def _name_the_rest(found: Mapping[tuple[UUID, UUID], ToPick]) -> None:
    """Name what orders hold within a bundle."""
    nameless = {variant for (_place, variant), row in found.items() if not row.title}
    named = {item.pk: item for item in variants_by_id(nameless)} if nameless else {}
    for (_place, variant), row in found.items():
        if variant in named:
            row.title, row.sku = variant_name(named[variant]), named[variant].sku


def _titles(lines: Sequence[OrderLine]) -> dict[UUID, tuple[str, str]]:
    found = {}
    for line in lines:
        title, variant = line.snapshot.get("title", ""), line.snapshot.get("variant", "")
        name = f"{title} · {variant}" if variant else str(title)
        found[line.variant_id] = (name, str(line.snapshot.get("sku", "")))
    return found
