"""Receive, adjust, count: what staff do with the goods of one location."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.ids import public_id
from kernel.inventory.choices import MovementKind
from kernel.inventory.errors import BelowZero, InvalidQuantity
from kernel.inventory.limits import refuse_foreign
from kernel.inventory.models import Count, CountLine, StockItem
from kernel.inventory.services.locking import lock_places
from kernel.inventory.services.writing import Move, move, write
from kernel.inventory.values import (
    MOST_QUANTITY,
    Part,
    Ref,
    Shortage,
    StockLine,
    Want,
    checked_quantity,
)

# An audit entry names the lines of a form, not those of a file.
_LINES_TOLD: Final = 50


@transaction.atomic
def receive(
    lines: Sequence[StockLine], *, reason: str = "", reference: Ref | None = None, actor: Actor
) -> list[Part]:
    """Put goods on the shelf that came in: bought, made, or returned.

    Args:
        lines: what and where.
        reason: for the history.
        reference: the delivery or return behind it.
        actor: who puts them there.

    Raises:
        InvalidQuantity: a quantity is not possible.
        UnknownStock: a variant or a location does not exist.
    """
    for line in lines:
        checked_quantity(line.quantity)
    parts = _change(MovementKind.RECEIVED, lines, reason=reason, reference=reference, actor=actor)
    _record("inventory.received", parts, reason=reason, actor=actor)
    return parts


@transaction.atomic
def adjust(lines: Sequence[StockLine], *, reason: str, actor: Actor) -> list[Part]:
    """Correct what is there by so many, up or down.

    It may take away what is promised to orders: goods break. What is then
    missing shows as less than nothing to sell.

    Raises:
        InvalidQuantity: a quantity is zero or not possible.
        BelowZero: there is less than is to be taken away.
        UnknownStock: a variant or a location does not exist.
    """
    for line in lines:
        if checked_quantity(line.quantity, lowest=-MOST_QUANTITY) == 0:
            raise InvalidQuantity(quantity="0")
    parts = _change(MovementKind.ADJUSTED, lines, reason=reason, reference=None, actor=actor)
    _record("inventory.adjusted", parts, reason=reason, actor=actor)
    return parts


@transaction.atomic
def count(location_id: UUID, counted: Sequence[Want], *, note: str = "", actor: Actor) -> Count:
    """Make what is there what was counted, whatever the books said.

    Args:
        location_id: where.
        counted: of each variant how many there are; nothing is 0.
        note: for the history.
        actor: who counted.

    Raises:
        InvalidQuantity: a quantity is negative or not possible, or a variant stands twice.
        UnknownStock: a variant or the location does not exist.
    """
    quantities = {each.variant_id: checked_quantity(each.quantity, lowest=0) for each in counted}
    if not quantities or len(quantities) != len(counted):
        raise InvalidQuantity(lines=len(counted))
    refuse_foreign([location_id])
    rows = lock_places((variant, location_id) for variant in quantities)
    sheet = Count.objects.create(location_id=location_id, note=note[:200])
    lines, moves = [], []
    for (variant, _place), stock in rows.items():
        found = quantities[variant]
        lines.append(
            CountLine(
                count=sheet, stock_item_id=stock.item_id, expected=stock.on_hand, counted=found
            )
        )
        moves.append(
            move(
                stock,
                MovementKind.COUNTED,
                on_hand=found - stock.on_hand,
                reference=("count", sheet.pk),
            )
        )
    CountLine.objects.bulk_create(lines)
    write(rows.values(), moves, actor=actor, reason=note)
    record(
        action="inventory.counted",
        actor=actor,
        obj=sheet,
        after={"lines": len(lines), "changed": sum(each.on_hand != 0 for each in moves)},
        reason=note,
    )
    return sheet


@transaction.atomic
def set_levels(
    variant_id: UUID, location_id: UUID, *, safety: int, low_at: int, actor: Actor
) -> None:
    """Say how much is kept back from sale, and from when on staff are told that little is left.

    Raises:
        InvalidQuantity: negative or not possible.
        UnknownStock: the variant or the location does not exist.
    """
    checked_quantity(safety, lowest=0)
    checked_quantity(low_at, lowest=0)
    refuse_foreign([location_id])
    stock = lock_places([(variant_id, location_id)])[variant_id, location_id]
    before = {"safety": stock.safety, "low_at": stock.low_at}
    after = {"safety": safety, "low_at": low_at}
    if before == after:
        return
    stock.safety = safety
    # A new mark is no news of the goods: it is told when they fall to it.
    StockItem.objects.filter(pk=stock.item_id).update(**after, is_low=stock.left <= low_at)
    record(
        action="inventory.levels_set",
        actor=actor,
        obj=("inventory.stockitem", str(stock.item_id)),
        before=before,
        after=after,
    )


def _change(
    kind: MovementKind,
    lines: Sequence[StockLine],
    *,
    reason: str,
    reference: Ref | None,
    actor: Actor,
) -> list[Part]:
    total: dict[tuple[UUID, UUID], int] = {}
    for line in lines:
        place = (line.variant_id, line.location_id)
        total[place] = total.get(place, 0) + line.quantity
    refuse_foreign(place for _variant, place in total)
    rows = lock_places(total)
    lacking = [
        Shortage(stock.variant_id, -total[place], stock.on_hand)
        for place, stock in rows.items()
        if stock.on_hand + total[place] < 0
    ]
    if lacking:
        raise BelowZero(lines=[shortage.as_field() for shortage in lacking])
    moves: list[Move] = [
        move(stock, kind, on_hand=total[place], reference=reference)
        for place, stock in rows.items()
        if total[place]
    ]
    write(rows.values(), moves, actor=actor, reason=reason)
    return [
        Part(variant, place, rows[variant, place].item_id, quantity)
        for (variant, place), quantity in total.items()
    ]


def _record(action: str, parts: Sequence[Part], *, reason: str, actor: Actor) -> None:
    told = [
        {
            "variant": public_id("var", part.variant_id),
            "location": public_id("loc", part.location_id),
            "quantity": part.quantity,
        }
        for part in parts[:_LINES_TOLD]
    ]
    record(action=action, actor=actor, after={"count": len(parts), "lines": told}, reason=reason)
