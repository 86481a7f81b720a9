"""Writes what happened to locked stock: one update, one insert, one event at most."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.common.ids import uuid7
from kernel.common.outbox.publishing import publish
from kernel.inventory.choices import MovementKind
from kernel.inventory.events import LowItem, StockRanLow
from kernel.inventory.services.locking import Stock
from kernel.inventory.sql import run
from kernel.inventory.values import Ref

_NOBODY: Final[tuple[str, UUID | None]] = ("", None)

_UPDATE: Final = """
UPDATE inventory_stockitem AS item
   SET on_hand = item.on_hand + change.on_hand,
       allocated = item.allocated + change.allocated,
       reserved = item.reserved + change.reserved,
       is_low = change.is_low
  FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[], %s::boolean[])
       AS change(id, on_hand, allocated, reserved, is_low)
 WHERE item.id = change.id
"""
_INSERT: Final = """
INSERT INTO inventory_movement
  (id, stock_item_id, kind, on_hand, allocated, reference_type, reference_id,
   reason, actor_type, actor_id)
SELECT id, item, kind, on_hand, allocated, reference_type, reference_id, %s, %s, %s
  FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bigint[], %s::bigint[], %s::text[],
              %s::uuid[])
       AS moved(id, item, kind, on_hand, allocated, reference_type, reference_id)
"""


@dataclass(frozen=True, slots=True)
class Move:
    """A movement to be written."""

    item_id: UUID
    kind: MovementKind
    on_hand: int
    allocated: int
    reference: tuple[str, UUID | None]


def move(
    stock: Stock,
    kind: MovementKind,
    *,
    on_hand: int = 0,
    allocated: int = 0,
    reference: Ref | None = None,
) -> Move:
    """Change the figures of a locked item; the result is to be handed to `write`."""
    stock.on_hand += on_hand
    stock.allocated += allocated
    return Move(stock.item_id, kind, on_hand, allocated, reference or _NOBODY)


def write(
    rows: Iterable[Stock], moves: Iterable[Move] = (), *, actor: Actor, reason: str = ""
) -> None:
    """Store the changed figures and the movements, and tell once what ran low."""
    ran_low = _store(list(rows))
    _keep(list(moves), actor=actor, reason=reason)
    if ran_low:
        # The lock of the first item is ours, so nobody waits here who holds one of the others.
        publish(
            StockRanLow(
                tuple(LowItem(row.variant_id, row.location_id, row.left) for row in ran_low)
            ),
            aggregate=f"stock:{ran_low[0].item_id.hex}",
        )


def _store(rows: list[Stock]) -> list[Stock]:
    changed = [row for row in rows if (row.on_hand, row.allocated, row.reserved) != row.before]
    if not changed:
        return []
    ran_low = [row for row in changed if not row.is_low and row.left <= row.low_at]
    for row in changed:
        row.is_low = row.left <= row.low_at
    run(
        _UPDATE,
        [row.item_id for row in changed],
        [row.on_hand - row.before[0] for row in changed],
        [row.allocated - row.before[1] for row in changed],
        [row.reserved - row.before[2] for row in changed],
        [row.is_low for row in changed],
    )
    return ran_low


def _keep(moves: list[Move], *, actor: Actor, reason: str) -> None:
    if not moves:
        return
    run(
        _INSERT,
        *(reason[:200], actor.kind, actor.id[:64]),
        [uuid7() for _move in moves],
        [each.item_id for each in moves],
        [each.kind.value for each in moves],
        [each.on_hand for each in moves],
        [each.allocated for each in moves],
        [each.reference[0] for each in moves],
        [each.reference[1] for each in moves],
    )
