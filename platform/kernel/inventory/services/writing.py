"""Writes what happened to locked stock: one update, one insert, one event at most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.common.db.copying import cell, new_id, text
from kernel.common.db.writing import MANY, Writing
from kernel.common.outbox.publishing import publish
from kernel.inventory.choices import MovementKind
from kernel.inventory.events import LowItem, StockRanLow, StockTurned
from kernel.inventory.services.locking import Stock
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
_MOVEMENT: Final = (
    "id",
    "stock_item_id",
    "kind",
    "on_hand",
    "allocated",
    "reference_type",
    "reference_id",
    "reason",
    "actor_type",
    "actor_id",
)


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
    rows: Iterable[Stock],
    moves: Sequence[Move] = (),
    *,
    actor: Actor,
    reason: str = "",
    writing: Writing | None = None,
) -> None:
    """Store the changed figures and the movements, and tell once what ran low.

    Args:
        rows: what may have changed; locked.
        moves: by what.
        actor: who did it.
        reason: as it was given.
        writing: what else is to be sent, before.
    """
    sent = writing or Writing(is_large=len(moves) >= MANY)
    ran_low, turned = _store(list(rows), sent)
    if moves:
        sent.add("inventory_movement", _MOVEMENT, _movements(moves, actor=actor, reason=reason))
    sent.send()
    if ran_low:
        # The lock of the first item is ours, so nobody waits here who holds one of the others.
        publish(
            StockRanLow(
                tuple(LowItem(row.variant_id, row.location_id, row.left) for row in ran_low)
            ),
            aggregate=f"stock:{ran_low[0].item_id.hex}",
        )
    if turned:
        variants = tuple(dict.fromkeys(row.variant_id for row in turned))
        publish(StockTurned(variants), aggregate=f"stock:{turned[0].item_id.hex}")


def _store(rows: list[Stock], writing: Writing) -> tuple[list[Stock], list[Stock]]:
    """Return what ran low, and what is there now and was not, or the other way round."""
    changed = [row for row in rows if (row.on_hand, row.allocated, row.reserved) != row.before]
    if not changed:
        return [], []
    turned = [row for row in changed if (row.left > 0) != (row.left_before > 0)]
    ran_low = [row for row in changed if not row.is_low and row.left <= row.low_at]
    for row in changed:
        row.is_low = row.left <= row.low_at
    writing.run(
        _UPDATE,
        [row.item_id for row in changed],
        [row.on_hand - row.before[0] for row in changed],
        [row.allocated - row.before[1] for row in changed],
        [row.reserved - row.before[2] for row in changed],
        [row.is_low for row in changed],
    )
    return ran_low, turned


def _movements(moves: Iterable[Move], *, actor: Actor, reason: str) -> Iterator[str]:
    why = "\t".join((text(reason[:200]), text(actor.kind), text(actor.id[:64])))
    for each in moves:
        kind, reference = each.reference
        yield "\t".join(
            (
                new_id(),
                each.item_id.hex,
                each.kind,
                str(each.on_hand),
                str(each.allocated),
                text(kind),
                cell(reference),
                why,
            )
        )
