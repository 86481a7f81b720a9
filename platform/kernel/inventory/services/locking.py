"""Locks stock, always in the order of primary keys, so that no two calls wait for each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from kernel.catalogue.choices import OutOfStock as Policy
from kernel.common.ids import uuid7
from kernel.inventory.errors import UnknownStock
from kernel.inventory.services.locations import default_location
from kernel.inventory.sql import fetch, ref_columns, run
from kernel.inventory.values import UNTRACKED, Ref

# NO KEY: rows that point here (movements, allocations) may be written meanwhile.
_READ: Final = """
SELECT item.id, item.variant_id, item.location_id, place.priority, place.is_active,
       item.on_hand, item.allocated, item.reserved, item.safety, item.low_at, item.is_low,
       CASE WHEN variant.out_of_stock = %s THEN 0 ELSE variant.oversell_limit END,
       place.region_code, (SELECT policy.routing FROM inventory_stockpolicy AS policy)
  FROM inventory_stockitem AS item
  JOIN inventory_location AS place ON place.id = item.location_id
  JOIN catalogue_variant AS variant ON variant.id = item.variant_id
"""
_LOCK: Final = " ORDER BY item.id FOR NO KEY UPDATE OF item"

# The ids first, by themselves: with OR over both ways to an item every item would be read.
_FOR_TAKING: Final = (
    _READ  # noqa: S608  parts of one fixed text
    + """
 WHERE item.id = ANY(ARRAY(
       SELECT kept.id FROM inventory_stockitem AS kept
         JOIN inventory_location AS near ON near.id = kept.location_id AND near.is_active
        WHERE kept.variant_id = ANY(%s::uuid[])
          AND (%s::uuid[] IS NULL OR kept.location_id = ANY(%s::uuid[]))
       UNION
       SELECT held.stock_item_id FROM inventory_reservation AS held
         JOIN unnest(%s::text[], %s::uuid[]) AS holder(kind, id)
           ON held.holder_type = holder.kind AND held.holder_id = holder.id))
"""
    + _LOCK
)
_BY_ID: Final = _READ + " WHERE item.id = ANY(%s::uuid[])" + _LOCK
_BY_PLACE: Final = (
    _READ
    + """
  JOIN unnest(%s::uuid[], %s::uuid[]) AS asked(variant_id, location_id)
    ON asked.variant_id = item.variant_id AND asked.location_id = item.location_id
"""
    + _LOCK
)

_MAKE: Final = """
INSERT INTO inventory_stockitem
  (id, variant_id, location_id, on_hand, allocated, reserved, safety, low_at, is_low)
SELECT asked.id, asked.variant_id, asked.location_id, 0, 0, 0, 0, 0, TRUE
  FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS asked(id, variant_id, location_id)
  JOIN catalogue_variant AS variant ON variant.id = asked.variant_id
  JOIN inventory_location AS place ON place.id = asked.location_id
 ORDER BY asked.variant_id, asked.location_id
ON CONFLICT (variant_id, location_id) DO NOTHING
"""
_LOOK: Final = """
SELECT variant.id, product.kind = ANY(%s::text[]),
       variant.out_of_stock <> %s
       AND NOT EXISTS (SELECT 1 FROM inventory_stockitem AS item
                         JOIN inventory_location AS place
                           ON place.id = item.location_id AND place.is_active
                        WHERE item.variant_id = variant.id)
  FROM catalogue_variant AS variant
  JOIN catalogue_product AS product ON product.id = variant.product_id
 WHERE variant.id = ANY(%s::uuid[])
"""


@dataclass(slots=True)
class Stock:
    """A locked stock item; the figures are changed here first and written at the end.

    Attributes:
        oversell: how many of the variant may be sold beyond what is there.
        region: where the location is.
        rule: by which the shop chooses locations; None while it chose none.
        before: on hand, allocated, reserved as they were read.
    """

    item_id: UUID
    variant_id: UUID
    location_id: UUID
    priority: int
    is_active: bool
    on_hand: int
    allocated: int
    reserved: int
    safety: int
    low_at: int
    is_low: bool
    oversell: int
    region: str
    rule: str | None
    before: tuple[int, int, int] = field(init=False)

    def __post_init__(self) -> None:
        """Remember the figures."""
        self.before = (self.on_hand, self.allocated, self.reserved)

    @property
    def free(self) -> int:
        """What can still be promised; negative when more is promised than there is."""
        return self.on_hand - self.allocated - self.reserved - self.safety

    @property
    def left(self) -> int:
        """What is left for further orders; holds of checkouts come and go and do not count."""
        return self.on_hand - self.allocated - self.safety

    @property
    def left_before(self) -> int:
        """What was left for further orders when it was read."""
        return self.before[0] - self.before[1] - self.safety


def lock_for_taking(
    variants: Iterable[UUID], *, holders: Sequence[Ref], locations: Sequence[UUID] | None
) -> list[Stock]:
    """Lock the variants at the active locations, and whatever the holders hold; one statement."""
    places = None if locations is None else list(locations)
    return _rows(_FOR_TAKING, list(variants), places, places, *ref_columns(holders))


def lock_items(item_ids: Iterable[UUID]) -> dict[UUID, Stock]:
    """Lock stock items; one statement."""
    rows = _rows(_BY_ID, list(item_ids))
    return {row.item_id: row for row in rows}


def lock_places(places: Iterable[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], Stock]:
    """Lock variants at locations, and begin to keep stock where there was none; two statements.

    Args:
        places: variant and location.

    Raises:
        UnknownStock: a variant or a location does not exist.
    """
    asked = sorted(set(places))
    make_items(asked)
    variants, locations = [place[0] for place in asked], [place[1] for place in asked]
    rows = _rows(_BY_PLACE, variants, locations)
    found = {(row.variant_id, row.location_id): row for row in rows}
    if len(found) != len(asked):
        raise UnknownStock
    return found


def make_items(places: Sequence[tuple[UUID, UUID]]) -> None:
    """Begin to keep stock of variants at locations where none was kept; one statement."""
    variants, locations = [place[0] for place in places], [place[1] for place in places]
    run(_MAKE, [uuid7() for _place in places], variants, locations)


@dataclass(frozen=True, slots=True)
class Looked:
    """What stock knows of variants before it locks anything.

    Attributes:
        untracked: they take nothing from any shelf.
        sold_ahead: they may be sold before any came, and no shelf is kept for them yet.
    """

    untracked: frozenset[UUID]
    sold_ahead: frozenset[UUID]


def look(variants: Iterable[UUID]) -> Looked:
    """Look at variants; one statement, none for no variants."""
    asked = list(variants)
    if not asked:
        return Looked(frozenset(), frozenset())
    found = fetch(_LOOK, list(UNTRACKED), Policy.REFUSE.value, asked)
    free = frozenset(variant for variant, is_untracked, _ahead in found if is_untracked)
    ahead = frozenset(variant for variant, _untracked, is_ahead in found if is_ahead)
    return Looked(free, ahead - free)


def make_for_sale_ahead(variants: Iterable[UUID]) -> None:
    """Begin to keep stock of variants that may be sold before any came; two statements or none.

    To be called before anything is locked: whoever waits here for another call
    that makes the same items must hold nothing which that call may want.
    """
    if missing := list(variants):
        place = default_location().pk
        make_items([(variant, place) for variant in missing])


def _rows(statement: str, *parameters: object) -> list[Stock]:
    return [Stock(*row) for row in fetch(statement, Policy.REFUSE.value, *parameters)]
