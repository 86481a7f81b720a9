"""What there is, and whether the books add up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from kernel.access.scopes import stores_for
from kernel.catalogue.choices import OutOfStock as Policy
from kernel.catalogue.choices import ProductKind, VariantStatus
from kernel.common.db.kept import uuid_array
from kernel.common.time import utc_now
from kernel.inventory.models import (
    Count,
    Location,
    Movement,
    StockItem,
    Transfer,
    TransferLine,
)
from kernel.inventory.sql import fetch, fetch_named, ref_columns
from kernel.inventory.values import MOST_QUANTITY, UNTRACKED, Available, Part, Ref

# A reservation past its time counts for nothing, also before it is swept away.
_ROWS: Final = """
SELECT variant.id, variant.product_id, product.kind,
       CASE WHEN variant.out_of_stock = %(refuse)s THEN 0 ELSE variant.oversell_limit END,
       item.on_hand, item.allocated, item.reserved, item.safety,
       (SELECT sum(held.quantity)::bigint FROM inventory_reservation AS held
         WHERE held.stock_item_id = item.id
           AND (held.expires_at <= %(now)s
                OR (held.holder_type = %(holder_type)s::text
                    AND held.holder_id = %(holder_id)s::uuid)))
  FROM catalogue_variant AS variant
  JOIN catalogue_product AS product ON product.id = variant.product_id
  LEFT JOIN (inventory_stockitem AS item
             JOIN inventory_location AS place ON place.id = item.location_id AND place.is_active)
    ON item.variant_id = variant.id
   AND (%(places)s::uuid[] IS NULL OR item.location_id = ANY(%(places)s::uuid[]))
"""
_PLAIN: Final = f"{_ROWS} WHERE variant.id = ANY(%(asked)s::uuid[])"
_OF_PRODUCTS: Final = f"""{_ROWS}
 WHERE variant.product_id = ANY(%(asked)s::uuid[]) AND variant.status = %(active)s
"""
_WITH_BUNDLES: Final = """
WITH asked AS MATERIALIZED (
  SELECT variant.id, variant.product_id, product.kind
    FROM catalogue_variant AS variant
    JOIN catalogue_product AS product ON product.id = variant.product_id
   WHERE variant.id = ANY(%(asked)s::uuid[])
), contents AS MATERIALIZED (
  SELECT asked.id AS bundle_id, content.variant_id AS part_id, content.quantity
    FROM asked JOIN catalogue_bundleitem AS content ON content.product_id = asked.product_id
   WHERE asked.kind = %(bundle)s
), wanted AS MATERIALIZED (
  SELECT variant.id, product.kind = ANY(%(untracked)s::text[]) AS is_untracked,
         CASE WHEN variant.out_of_stock = %(refuse)s THEN 0 ELSE variant.oversell_limit END
           AS oversell
    FROM (SELECT id FROM asked UNION SELECT part_id FROM contents) AS part
    JOIN catalogue_variant AS variant ON variant.id = part.id
    JOIN catalogue_product AS product ON product.id = variant.product_id
), stock AS (
  SELECT item.variant_id, item.on_hand, item.allocated,
         item.reserved - coalesce(lapsed.quantity, 0) AS reserved,
         item.on_hand - item.allocated - item.reserved - item.safety
           + coalesce(lapsed.quantity, 0) AS free
    FROM wanted
    JOIN inventory_stockitem AS item ON item.variant_id = wanted.id
    JOIN inventory_location AS place ON place.id = item.location_id AND place.is_active
    LEFT JOIN LATERAL (
         SELECT sum(held.quantity)::bigint AS quantity FROM inventory_reservation AS held
          WHERE held.stock_item_id = item.id
            AND (held.expires_at <= %(now)s
                 OR (held.holder_type = %(holder_type)s::text
                     AND held.holder_id = %(holder_id)s::uuid))) AS lapsed ON TRUE
   WHERE %(places)s::uuid[] IS NULL OR item.location_id = ANY(%(places)s::uuid[])
)
SELECT wanted.id, NULL::uuid, wanted.is_untracked,
       coalesce(sum(stock.on_hand), 0), coalesce(sum(stock.allocated), 0),
       coalesce(sum(stock.reserved), 0), coalesce(sum(greatest(stock.free, 0)), 0),
       CASE WHEN count(stock.free) > 0
            THEN greatest(wanted.oversell + sum(least(stock.free, 0)), 0)
            WHEN %(places)s::uuid[] IS NULL THEN wanted.oversell ELSE 0 END
  FROM wanted LEFT JOIN stock ON stock.variant_id = wanted.id
 GROUP BY wanted.id, wanted.is_untracked, wanted.oversell
UNION ALL
SELECT bundle_id, part_id, FALSE, quantity, 0, 0, 0, 0 FROM contents
"""

_FAULTS: Final = """
SELECT item.id, books.what, books.kept, books.rows
  FROM inventory_stockitem AS item
  LEFT JOIN (SELECT stock_item_id, sum(on_hand) AS on_hand, sum(allocated) AS allocated
               FROM inventory_movement GROUP BY 1) AS moved ON moved.stock_item_id = item.id
  LEFT JOIN (SELECT stock_item_id, sum(quantity - shipped - released) AS open
               FROM inventory_allocation GROUP BY 1) AS kept ON kept.stock_item_id = item.id
  LEFT JOIN (SELECT stock_item_id, sum(quantity) AS quantity
               FROM inventory_reservation GROUP BY 1) AS held ON held.stock_item_id = item.id
 CROSS JOIN LATERAL (VALUES
       ('on_hand', item.on_hand, coalesce(moved.on_hand, 0)),
       ('allocated', item.allocated, coalesce(moved.allocated, 0)),
       ('allocated', item.allocated, coalesce(kept.open, 0)),
       ('reserved', item.reserved, coalesce(held.quantity, 0))) AS books(what, kept, rows)
 WHERE books.kept <> books.rows
 ORDER BY item.id, books.what
"""

_PROMISED: Final = """
SELECT kept.order_type, kept.order_id, item.variant_id, item.location_id, item.id,
       kept.quantity - kept.shipped - kept.released
  FROM inventory_allocation AS kept
  JOIN unnest(%s::text[], %s::uuid[]) AS owner(kind, id)
    ON kept.order_type = owner.kind AND kept.order_id = owner.id
  JOIN inventory_stockitem AS item ON item.id = kept.stock_item_id
  JOIN inventory_location AS place ON place.id = item.location_id
 WHERE kept.quantity > kept.shipped + kept.released
 ORDER BY place.priority, item.id
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """A figure of a stock item that is not the sum of its rows."""

    stock_item_id: UUID
    figure: str
    kept: int
    rows: int


def availability(
    variant_ids: Collection[UUID],
    *,
    locations: Sequence[UUID] | None = None,
    holder: Ref | None = None,
    now: datetime | None = None,
) -> dict[UUID, Available]:
    """Return how much there is of each variant; one query, and one more where bundles are.

    A variant that does not exist, or of which no stock was ever kept, has nothing.
    What is not kept in stock (services, digital content) has no end. A bundle has
    as many as its contents make up.

    Args:
        variant_ids: which.
        locations: only there.
        holder: what this checkout holds is there for it.
        now: reservations that lapsed before count for nothing.
    """
    asked = list(variant_ids)
    if not asked:
        return {}
    told = _parameters(asked, locations=locations, holder=holder, now=now)
    rows = fetch_named(_PLAIN, **told)
    found = _counted(rows, told)
    return {variant: found.get(variant) or Available() for variant in asked}


def sellable_products(
    product_ids: Collection[UUID], *, now: datetime | None = None
) -> frozenset[UUID]:
    """Return the products of which any variant on sale can be had; as many queries as above."""
    told = _parameters(product_ids, now=now)
    rows = fetch_named(_OF_PRODUCTS, **told, active=VariantStatus.ACTIVE.value)
    products = {row[0]: row[1] for row in rows}
    found = _counted(rows, told)
    return frozenset(products[variant] for variant, each in found.items() if each.sellable > 0)


def _parameters(
    asked: Collection[UUID],
    *,
    locations: Sequence[UUID] | None = None,
    holder: Ref | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    kind, key = holder or (None, None)
    return {
        "asked": uuid_array(asked),
        "refuse": Policy.REFUSE.value,
        "now": now or utc_now(),
        "holder_type": kind,
        "holder_id": key,
        "places": None if locations is None else list(locations),
    }


def _counted(rows: Sequence[tuple[Any, ...]], told: Mapping[str, Any]) -> Mapping[UUID, Available]:
    """Return what there is of the variants in rows, by them."""
    if any(row[2] == ProductKind.BUNDLE for row in rows):
        variants = list(dict.fromkeys(row[0] for row in rows))
        return _with_bundles(variants, {**told, "asked": uuid_array(variants)})
    figures: dict[UUID, _Sum] = {}
    for variant, _product, sort, oversell, *stock in rows:
        if variant not in figures:
            # A shop that keeps no stock of it anywhere may still sell it ahead.
            is_anywhere = told["places"] is None
            figures[variant] = _Sum(sort in UNTRACKED, oversell, is_anywhere=is_anywhere)
        if stock[0] is not None:
            figures[variant].add(*stock)
    return {variant: each.answer() for variant, each in figures.items()}


@dataclass(slots=True)
class _Sum:
    """Figures of a variant, added up over locations."""

    is_untracked: bool
    oversell: int
    is_anywhere: bool
    on_hand: int = 0
    allocated: int = 0
    reserved: int = 0
    in_stock: int = 0
    owed: int = 0
    is_kept: bool = False

    def add(
        self, on_hand: int, allocated: int, reserved: int, safety: int, over: int | None
    ) -> None:
        """Count a location; what of the reservations is over counts for nothing."""
        held = reserved - (over or 0)
        free = on_hand - allocated - held - safety
        self.is_kept = True
        self.on_hand += on_hand
        self.allocated += allocated
        self.reserved += held
        self.in_stock += max(free, 0)
        self.owed += max(-free, 0)

    def answer(self) -> Available:
        """Return what there is in all."""
        if self.is_untracked:
            return Available(in_stock=MOST_QUANTITY, sellable=MOST_QUANTITY)
        may_oversell = self.is_kept or self.is_anywhere
        beyond = max(self.oversell - self.owed, 0) if may_oversell else 0
        return Available(
            self.on_hand, self.allocated, self.reserved, self.in_stock, self.in_stock + beyond
        )


def _with_bundles(asked: Sequence[UUID], told: Mapping[str, Any]) -> dict[UUID, Available]:
    rows = fetch_named(
        _WITH_BUNDLES, **told, bundle=ProductKind.BUNDLE.value, untracked=list(UNTRACKED)
    )
    found = dict.fromkeys(asked, Available())
    contents: dict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
    for variant, part, is_untracked, *figures in rows:
        if part is not None:
            contents[variant].append((part, int(figures[0])))
        else:
            found[variant] = _available(figures, is_untracked=is_untracked)
    made_up = {
        bundle: _bundled([(found[part], number) for part, number in parts])
        for bundle, parts in contents.items()
    }
    return {variant: made_up.get(variant, found[variant]) for variant in asked}


def _available(figures: Sequence[int], *, is_untracked: bool) -> Available:
    on_hand, allocated, reserved, in_stock, beyond = map(int, figures)
    if is_untracked:
        return Available(in_stock=MOST_QUANTITY, sellable=MOST_QUANTITY)
    return Available(on_hand, allocated, reserved, in_stock, in_stock + beyond)


def _bundled(parts: Sequence[tuple[Available, int]]) -> Available:
    return Available(
        on_hand=min(part.on_hand // number for part, number in parts),
        in_stock=min(part.in_stock // number for part, number in parts),
        sellable=min(part.sellable // number for part, number in parts),
    )


def promised(order_refs: Sequence[Ref]) -> dict[Ref, list[Part]]:
    """Return what each order still has to be shipped, and from where; one query."""
    found: dict[Ref, list[Part]] = {ref: [] for ref in order_refs}
    for kind, key, *part in fetch(_PROMISED, *ref_columns(order_refs)):
        found[kind, key].append(Part(*part))
    return found


def stock_items(
    *,
    variant_id: UUID | None = None,
    location_id: UUID | None = None,
    only_low: bool = False,
    search: str = "",
) -> QuerySet[StockItem]:
    """Return stock items with their variant and product, for lists.

    Whoever may see certain stores only gets what stands there.
    """
    rows = StockItem.objects.select_related("variant__product")
    stores = stores_for("stock.view")
    if stores is not None:
        rows = rows.filter(location__in=stores)
    if variant_id is not None:
        rows = rows.filter(variant_id=variant_id)
    if location_id is not None:
        rows = rows.filter(location_id=location_id)
    if only_low:
        rows = rows.filter(is_low=True)
    if text := search.strip():
        rows = rows.filter(
            Q(variant__sku__istartswith=text) | Q(variant__product__title__icontains=text)
        )
    return rows


def movements_of(*, item_id: UUID | None = None, kind: str = "") -> QuerySet[Movement]:
    """Return movements, of one stock item or of one kind, for lists."""
    rows = Movement.objects.all()
    stores = stores_for("stock.view")
    if stores is not None:
        rows = rows.filter(stock_item__location__in=stores)
    if item_id is not None:
        rows = rows.filter(stock_item_id=item_id)
    return rows.filter(kind=kind) if kind else rows


def transfers(*, state: str = "") -> QuerySet[Transfer]:
    """Return what travels between locations, for lists; of certain stores what concerns them."""
    rows = Transfer.objects.select_related("source", "destination")
    stores = stores_for("stock.view")
    if stores is not None:
        rows = rows.filter(Q(source__in=stores) | Q(destination__in=stores))
    return rows.filter(state=state) if state else rows


def lines_of(transfer: Transfer) -> list[TransferLine]:
    """Return what a transfer holds, with variants and products; one query."""
    rows = TransferLine.objects.select_related("variant__product")
    return list(rows.filter(transfer=transfer).order_by("id"))


def counts() -> QuerySet[Count]:
    """Return the stock-takings, for lists."""
    rows = Count.objects.select_related("location")
    stores = stores_for("stock.view")
    return rows if stores is None else rows.filter(location__in=stores)


def locations_for(permission: str) -> QuerySet[Location]:
    """Return the locations for which a permission holds for whoever acts, by priority."""
    stores = stores_for(permission)
    rows = Location.objects.order_by("priority", "id")
    return rows if stores is None else rows.filter(pk__in=stores)


def faults() -> list[Fault]:
    """Return every stock item whose figures are not the sums of its rows; one query."""
    return [Fault(*row) for row in fetch(_FAULTS)]
