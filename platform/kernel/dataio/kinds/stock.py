"""Stock from a file: how many there are of a SKU at a location, booked as a count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kernel.access.scopes import stores_for
from kernel.catalogue.choices import ProductKind
from kernel.catalogue.models import Variant
from kernel.common.errors import DomainError
from kernel.dataio.errors import RowRefused
from kernel.dataio.kinds.named import Named, grouped, variant_of, variants_by_sku, whole
from kernel.dataio.resources import Column, Option, Outcome, Resource, RowRecord, Work
from kernel.inventory.models import Location, StockItem
from kernel.inventory.services import Want, count
from kernel.inventory.values import MOST_QUANTITY, UNTRACKED

MANAGE = "stock.manage"
Place = tuple[UUID, UUID]


def _own() -> Iterable[Location]:
    """Return the locations that are whoever acts's own."""
    rows = Location.objects.order_by("priority", "id")
    stores = stores_for(MANAGE)
    return rows if stores is None else rows.filter(pk__in=stores)


def _locations() -> Sequence[tuple[str, str]]:
    return [(row.code, row.name) for row in _own()]


def _key(values: Mapping[str, str]) -> str:
    return f"{values.get('sku')}|{values.get('location', '').lower()}"


def bring_in(rows: Sequence[RowRecord], work: Work) -> Mapping[int, Outcome | DomainError]:
    """Count what is where; what is right already stays untouched."""
    done: dict[int, Outcome | DomainError] = {}
    variants = variants_by_sku(rows)
    places = Named((row, [row.code, row.public_id], [row.name]) for row in _own())
    wanted: dict[int, tuple[Variant, Place, int]] = {}
    for row in rows:
        try:
            variant = variant_of(row, variants)
            said = row.get("location") or work.options.get("location", "")
            shelf = places.find(said, column="location", reason="no_location")
            number = whole(row.get("on_hand"), column="on_hand", lowest=0, highest=MOST_QUANTITY)
            wanted[row.line] = (variant, (shelf.pk, variant.pk), number)
        except RowRefused as refusal:
            done[row.line] = refusal
    before = _on_hand([place for _variant, place, _number in wanted.values()])
    changes = {}
    for line, (variant, place, number) in wanted.items():
        known = before.get(place)
        if known == number:
            done[line] = "unchanged"
        elif not _is_counted(variant):
            done[line] = RowRefused(column="sku", value=variant.sku[:40], reason="uncounted")
        else:
            done[line] = "created" if known is None else "updated"
            changes[line] = (place[0], Want(variant.pk, number))
    for location, wants in grouped(changes.values()).items():
        count(location, wants, note=work.options.get("reason", ""), actor=work.actor)
    return done


def _is_counted(variant: Variant) -> bool:
    """Tell whether it lies on a shelf: a bundle has what its contents make up."""
    kind = variant.product.kind
    return kind not in UNTRACKED and kind != ProductKind.BUNDLE


def _on_hand(places: Sequence[Place]) -> dict[Place, int]:
    rows = StockItem.objects.filter(
        location__in={place[0] for place in places}, variant__in={place[1] for place in places}
    )
    told = rows.values_list("location_id", "variant_id", "on_hand")
    return {(location, variant): number for location, variant, number in told}


STOCK = Resource(
    code="stock",
    label=_("Stock"),
    lead=_("One row says how many there are of a SKU at a location. Each change is booked."),
    permission=MANAGE,
    columns=(
        Column("sku", _("SKU"), ("code", "商品编码", "货号", "编码", "sku编码")),
        Column("on_hand", _("On hand"), ("stock", "quantity", "qty", "库存", "数量", "在库")),
        Column("location", _("Location"), ("warehouse", "store", "仓库", "门店", "库位")),
    ),
    needs=(("sku",), ("on_hand",), ("location",)),
    key=_key,
    bring_in=bring_in,
    sample=(
        {"sku": "TEA-50", "on_hand": "120", "location": "main"},
        {"sku": "TEA-100", "on_hand": "60", "location": "main"},
    ),
    options=(
        Option("location", _("Location, where a row names none"), choices=_locations),
        Option(
            "reason",
            _("Reason"),
            help=_("It stands in the history of the stock."),
            default=_("Import"),
        ),
    ),
    export="stock",
    path="/stock/",
)
