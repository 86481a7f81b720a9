"""What the pages of the stock show, with names instead of ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from kernel.access.models import Staff
from kernel.backoffice.goods import variant_name
from kernel.common.ids import InvalidId, parse_public_id
from kernel.inventory.choices import MovementKind
from kernel.inventory.models import Movement, StockItem
from kernel.inventory.selectors import movements_of, stock_items
from kernel.orders.models import Order

_BY_HAND: Final = frozenset(
    {
        MovementKind.RECEIVED,
        MovementKind.ADJUSTED,
        MovementKind.TRANSFERRED,
        MovementKind.COUNTED,
    }
)
_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Level:
    """One thing at one place."""

    item: StockItem
    name: str
    place: str

    @property
    def free(self) -> int:
        """What may still be sold from there."""
        item = self.item
        return item.on_hand - item.allocated - item.reserved - item.safety


@dataclass(frozen=True, slots=True)
class Moved:
    """A movement, for people.

    Attributes:
        number: of the order behind it; empty for none.
        reason: what somebody wrote; what the program notes for itself is left out.
    """

    row: Movement
    name: str
    sku: str
    place: str
    who: str
    number: str
    reason: str


def levels(wanted: dict[str, Any]) -> QuerySet[StockItem]:
    """Return the stock that a filter leaves, by name."""
    place = wanted.get("location")
    rows = stock_items(
        location_id=place.pk if place else None,
        only_low="low" in wanted,
        search=wanted.get("text", "").replace("\x00", ""),
    )
    order = ("variant__product__title", "variant__position", "location__priority", "id")
    return rows.select_related("variant__product", "location").order_by(*order)


def shown_levels(items: Iterable[StockItem]) -> list[Level]:
    """Return stock with its names."""
    return [Level(item, variant_name(item.variant), item.location.name) for item in items]


def movements(wanted: dict[str, Any], *, item_id: UUID | None = None) -> QuerySet[Movement]:
    """Return the movements that a filter leaves, newest first."""
    rows = movements_of(item_id=item_id, kind=wanted.get("kind", ""))
    if place := wanted.get("location"):
        rows = rows.filter(stock_item__location=place)
    if text := wanted.get("text", "").replace("\x00", "").strip():
        rows = rows.filter(
            Q(stock_item__variant__sku__istartswith=text)
            | Q(stock_item__variant__product__title__icontains=text)
        )
    path = "stock_item__variant__product"
    return rows.select_related(path, "stock_item__location").order_by("-id")


def shown_movements(rows: Sequence[Movement]) -> list[Moved]:
    """Return movements with their names; two queries."""
    people = _people(rows)
    keys = [row.reference_id for row in rows if row.reference_id and row.reference_type == "order"]
    numbers = dict(Order.objects.filter(pk__in=keys).values_list("pk", "number"))
    return [
        Moved(
            row=row,
            name=variant_name(row.stock_item.variant),
            sku=row.stock_item.variant.sku,
            place=row.stock_item.location.name,
            who=_who(row, people),
            number=numbers.get(row.reference_id, "") if row.reference_id else "",
            reason=row.reason if row.kind in _BY_HAND else "",
        )
        for row in rows
    ]


def _people(rows: Iterable[Movement]) -> dict[str, str]:
    keys = set()
    for row in rows:
        if row.actor_type == "staff":
            try:
                keys.add(parse_public_id("stf", row.actor_id))
            except InvalidId:
                continue
    return {person.public_id: person.name for person in Staff.objects.filter(pk__in=keys)}


def _who(row: Movement, people: dict[str, str]) -> str:
    if row.actor_type == "staff":
        return people.get(row.actor_id, _("a colleague"))
    if row.actor_type == "member":
        return _("the buyer")
    if row.actor_type == "program":
        return _("a program")
    return _("the system")


def level_rows(rows: QuerySet[StockItem]) -> Iterator[list[object]]:
    """Yield the lines of a spreadsheet of stock."""
    yield [
        *(_("Goods"), _("SKU"), _("Location"), _("On hand"), _("Promised"), _("In checkouts")),
        *(_("Kept back from sale"), _("Free to sell"), _("Warn when so few are left")),
    ]
    for item in rows.iterator(chunk_size=_BATCH):
        level = Level(item, variant_name(item.variant), item.location.name)
        yield [
            *(level.name, item.variant.sku, level.place, item.on_hand, item.allocated),
            *(item.reserved, item.safety, level.free, item.low_at),
        ]


def movement_rows(rows: QuerySet[Movement]) -> Iterator[list[object]]:
    """Yield the lines of a spreadsheet of movements, oldest first."""
    yield [
        *(_("When"), _("Kind of movement"), _("Goods"), _("SKU"), _("Location")),
        *(_("On hand"), _("Promised"), _("Order"), _("Reason"), _("Who")),
    ]
    last = UUID(int=0)
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:_BATCH]):
        last = batch[-1].pk
        for each in shown_movements(batch):
            row = each.row
            yield [
                row.created_at.isoformat(timespec="seconds"),
                *(row.get_kind_display(), each.name, each.sku, each.place),
                *(row.on_hand, row.allocated, each.number, each.reason, each.who),
            ]
