"""Ship and release: what leaves an order; and what lapses unused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor, current_actor
from kernel.inventory.choices import MovementKind
from kernel.inventory.errors import NotAllocated, NotOnHand
from kernel.inventory.services.locking import Stock, lock_items, look
from kernel.inventory.services.writing import Move, move, write
from kernel.inventory.sql import fetch, ref_columns, run
from kernel.inventory.values import FREE_LAPSED, Give, Outcome, Part, Ref, Shortage, Want, merged
from kernel.tenancy.schedules import ask

_EXPIRED_A_TURN: Final = 500

_ITEMS_OF: Final = """
SELECT DISTINCT kept.stock_item_id FROM inventory_allocation AS kept
  JOIN unnest(%s::text[], %s::uuid[]) AS owner(kind, id)
    ON kept.order_type = owner.kind AND kept.order_id = owner.id
 WHERE kept.quantity > kept.shipped + kept.released
"""
_OPEN_OF: Final = """
SELECT kept.id, kept.order_type, kept.order_id, kept.stock_item_id,
       kept.quantity - kept.shipped - kept.released
  FROM inventory_allocation AS kept
  JOIN unnest(%s::text[], %s::uuid[]) AS owner(kind, id)
    ON kept.order_type = owner.kind AND kept.order_id = owner.id
 WHERE kept.stock_item_id = ANY(%s::uuid[]) AND kept.quantity > kept.shipped + kept.released
"""
_SHIP: Final = """
UPDATE inventory_allocation AS kept SET shipped = kept.shipped + change.quantity
  FROM unnest(%s::uuid[], %s::bigint[]) AS change(id, quantity) WHERE kept.id = change.id
"""
_RELEASE: Final = """
UPDATE inventory_allocation AS kept SET released = kept.released + change.quantity
  FROM unnest(%s::uuid[], %s::bigint[]) AS change(id, quantity) WHERE kept.id = change.id
"""
_ITEMS_HELD: Final = """
SELECT DISTINCT held.stock_item_id FROM inventory_reservation AS held
  JOIN unnest(%s::text[], %s::uuid[]) AS holder(kind, id)
    ON held.holder_type = holder.kind AND held.holder_id = holder.id
"""
_FREE_HELD: Final = """
DELETE FROM inventory_reservation AS held
 USING unnest(%s::text[], %s::uuid[]) AS holder(kind, id)
 WHERE held.holder_type = holder.kind AND held.holder_id = holder.id
   AND held.stock_item_id = ANY(%s::uuid[])
RETURNING held.stock_item_id, held.quantity
"""
# The items are claimed, not the reservations: an item's lock guards what hangs on it, and
# one that a checkout is working on has its lapsed reservations freed by that checkout.
_CLAIM_LAPSED: Final = """
SELECT item.id FROM inventory_stockitem AS item
 WHERE item.id IN (
       SELECT held.stock_item_id FROM inventory_reservation AS held
        WHERE held.expires_at <= %s ORDER BY held.expires_at LIMIT %s)
 ORDER BY item.id FOR NO KEY UPDATE SKIP LOCKED
"""
_FREE_LAPSED: Final = """
DELETE FROM inventory_reservation
 WHERE expires_at <= %s AND stock_item_id = ANY(%s::uuid[])
RETURNING stock_item_id, quantity
"""
_NEXT_LAPSE: Final = "SELECT min(expires_at) FROM inventory_reservation"


@dataclass(slots=True)
class _Open:
    """What an order still has at a locked item."""

    id: UUID
    stock: Stock
    quantity: int


def ship(
    order_ref: Ref,
    wants: Sequence[Want] | None = None,
    *,
    location_id: UUID | None = None,
    actor: Actor | None = None,
) -> list[Part]:
    """Take out of stock what leaves for an order.

    Args:
        order_ref: the order.
        wants: what leaves; everything that is open when left out.
        location_id: where it leaves from; the order's locations by priority when left out.
        actor: who hands it over; whoever is signed in, when left out.

    Raises:
        NotAllocated: the order was not promised this much, here.
        NotOnHand: it was promised before it came, and it has not come.
        InvalidQuantity: a quantity is not possible.
    """
    return _only(ship_many([Give(order_ref, wants, location_id)], actor=actor))


def ship_many(gives: Sequence[Give], *, actor: Actor | None = None) -> list[Outcome]:
    """Take out of stock what leaves for many orders, each all or nothing; see `ship`."""
    return _give(MovementKind.SHIPPED, gives, actor=actor or current_actor(), reason="")


def release(
    order_ref: Ref,
    wants: Sequence[Want] | None = None,
    *,
    reason: str = "",
    actor: Actor | None = None,
) -> list[Part]:
    """Give back to sale what an order was promised and does not want any more.

    Args:
        order_ref: the order.
        wants: what is given back; everything that is open when left out, and
            then nothing is refused when nothing is.
        reason: why, for the history.
        actor: who does it; whoever is signed in, when left out.

    Raises:
        NotAllocated: the order holds less.
        InvalidQuantity: a quantity is not possible.
    """
    return _only(release_many([Give(order_ref, wants)], reason=reason, actor=actor))


def release_many(
    gives: Sequence[Give], *, reason: str = "", actor: Actor | None = None
) -> list[Outcome]:
    """Give back what many orders do not want any more, each all or nothing; see `release`."""
    return _give(MovementKind.RELEASED, gives, actor=actor or current_actor(), reason=reason)


@transaction.atomic
def release_reservations(holders: Sequence[Ref]) -> None:
    """Let go what checkouts hold; those that hold nothing do no harm."""
    names = ref_columns(holders)
    items = lock_items(row[0] for row in fetch(_ITEMS_HELD, *names))
    freed = fetch(_FREE_HELD, *names, list(items))
    for item_id, quantity in freed:
        items[item_id].reserved -= quantity
    write(items.values(), actor=current_actor())


def expire_reservations(now: datetime) -> int:
    """Free what checkouts held longer than they may; return how many reservations lapsed."""
    total = 0
    while freed := _expire_some(now):
        total += freed
    return total


def expire_at(now: datetime) -> None:
    """Free lapsed reservations, and ask for when the next one lapses; what the schedule calls."""
    expire_reservations(now)
    with transaction.atomic():
        ((lapses_at,),) = fetch(_NEXT_LAPSE)
        ask(FREE_LAPSED, lapses_at)


@transaction.atomic
def _expire_some(now: datetime) -> int:
    claimed = [row[0] for row in fetch(_CLAIM_LAPSED, now, _EXPIRED_A_TURN)]
    items = lock_items(claimed)
    freed = fetch(_FREE_LAPSED, now, claimed)
    for item_id, quantity in freed:
        items[item_id].reserved -= quantity
    write(items.values(), actor=current_actor())
    return len(freed)


def _only(outcomes: list[Outcome]) -> list[Part]:
    if outcomes[0].refusal is not None:
        raise outcomes[0].refusal
    return outcomes[0].parts


@transaction.atomic
def _give(verb: MovementKind, gives: Sequence[Give], *, actor: Actor, reason: str) -> list[Outcome]:
    wanted = [None if give.wants is None else merged(give.wants) for give in gives]
    free = look({variant for wants in wanted for variant in wants or ()}).untracked
    if len({give.owner for give in gives}) != len(gives):
        raise ValueError("an order stands twice in one call")
    items, open_parts = _lock(gives)
    moves: list[Move] = []
    taken: list[tuple[UUID, int]] = []
    outcomes = []
    for give, wants in zip(gives, wanted, strict=True):
        if wants is not None:
            wants = {v: n for v, n in wants.items() if v not in free}  # noqa: PLW2901  narrowed
        outcome, used = _serve(verb, give, wants, open_parts[give.owner])
        for part, quantity in used:
            taken.append((part.id, quantity))
            away = -quantity if verb == MovementKind.SHIPPED else 0
            moves.append(
                move(part.stock, verb, on_hand=away, allocated=-quantity, reference=give.owner)
            )
        outcomes.append(outcome)
    if taken:
        statement = _SHIP if verb == MovementKind.SHIPPED else _RELEASE
        run(statement, [key for key, _quantity in taken], [quantity for _key, quantity in taken])
    write(items.values(), moves, actor=actor, reason=reason)
    return outcomes


def _lock(gives: Sequence[Give]) -> tuple[dict[UUID, Stock], dict[Ref, list[_Open]]]:
    names = ref_columns([give.owner for give in gives])
    items = lock_items(row[0] for row in fetch(_ITEMS_OF, *names))
    found: dict[Ref, list[_Open]] = defaultdict(list)
    # Read again: before the locks were ours, another call may have used some of it.
    for key, kind, owner, item_id, quantity in fetch(_OPEN_OF, *names, list(items)):
        found[kind, owner].append(_Open(key, items[item_id], quantity))
    for parts in found.values():
        parts.sort(key=lambda part: (part.stock.priority, part.stock.item_id))
    return items, found


def _serve(
    verb: MovementKind, give: Give, wants: dict[UUID, int] | None, parts: list[_Open]
) -> tuple[Outcome, list[tuple[_Open, int]]]:
    here = [p for p in parts if give.location_id in (None, p.stock.location_id)]
    held: dict[UUID, int] = defaultdict(int)
    for part in here:
        held[part.stock.variant_id] += part.quantity
    rest = dict(held if wants is None else wants)
    lacking = [Shortage(v, n, held.get(v, 0)) for v, n in rest.items() if n > held.get(v, 0)]
    if lacking:
        return Outcome(give.owner, refusal=NotAllocated(lines=[s.as_field() for s in lacking])), []
    # What is given back comes from the location that would have been the last to ship.
    ordered = here if verb == MovementKind.SHIPPED else list(reversed(here))
    used = []
    for part in ordered:
        if quantity := min(part.quantity, rest.get(part.stock.variant_id, 0)):
            rest[part.stock.variant_id] -= quantity
            used.append((part, quantity))
    if verb == MovementKind.SHIPPED and (missing := _missing(used)):
        return Outcome(give.owner, refusal=NotOnHand(lines=[s.as_field() for s in missing])), []
    return Outcome(give.owner, [_part(part.stock, quantity) for part, quantity in used]), used


def _missing(used: list[tuple[_Open, int]]) -> list[Shortage]:
    return [
        Shortage(part.stock.variant_id, quantity, part.stock.on_hand)
        for part, quantity in used
        if quantity > part.stock.on_hand
    ]


def _part(stock: Stock, quantity: int) -> Part:
    return Part(stock.variant_id, stock.location_id, stock.item_id, quantity)
