"""Reserve and allocate: what checkouts hold and orders are promised.

Everything takes many lines, and as many statements for a thousand orders as for
one. An order gets all that it wants or nothing; orders of one call are served
in the order of the call, so that a batch leaves what single calls would.
Services and digital content take nothing and are never short.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor, current_actor
from kernel.common.db.copying import new_id, text
from kernel.common.db.writing import MANY, Writing
from kernel.common.ids import uuid7
from kernel.common.time import utc_now
from kernel.inventory.choices import MovementKind, RoutingRule
from kernel.inventory.errors import OutOfStock
from kernel.inventory.routing import Route, areas_of, distance, route
from kernel.inventory.services.locking import (
    Stock,
    lock_for_taking,
    look,
    make_for_sale_ahead,
)
from kernel.inventory.services.writing import Move, move, write
from kernel.inventory.sql import fetch, ref_columns
from kernel.inventory.values import FREE_LAPSED, Outcome, Part, Ref, Shortage, Take, Want, merged
from kernel.tenancy.schedules import ask

_READ_HELD: Final = """
SELECT held.id, held.holder_type, held.holder_id, held.stock_item_id, held.quantity,
       held.expires_at <= %s
  FROM inventory_reservation AS held
 WHERE held.stock_item_id = ANY(%s::uuid[])
   AND (held.expires_at <= %s OR (held.holder_type, held.holder_id) IN (
        SELECT holder.kind, holder.id FROM unnest(%s::text[], %s::uuid[]) AS holder(kind, id)))
"""
_DROP_HELD: Final = "DELETE FROM inventory_reservation WHERE id = ANY(%s::uuid[])"
_HOLD: Final = """
INSERT INTO inventory_reservation
  (id, holder_type, holder_id, stock_item_id, quantity, expires_at)
SELECT * FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::uuid[], %s::bigint[],
                     %s::timestamptz[])
"""
_PROMISE: Final = """
INSERT INTO inventory_allocation AS kept
  (id, order_type, order_id, stock_item_id, quantity, shipped, released)
SELECT id, order_type, order_id, item, quantity, 0, 0
  FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::uuid[], %s::bigint[])
       AS promised(id, order_type, order_id, item, quantity)
ON CONFLICT (order_id, order_type, stock_item_id)
   DO UPDATE SET quantity = kept.quantity + EXCLUDED.quantity
"""

_ALLOCATION: Final = (
    "id",
    "order_type",
    "order_id",
    "stock_item_id",
    "quantity",
    "shipped",
    "released",
)

_Verb: TypeAlias = Literal["reserve", "allocate"]


@dataclass(frozen=True, slots=True)
class _Held:
    """A reservation at a locked item."""

    id: UUID
    holder: Ref
    item_id: UUID
    quantity: int
    has_lapsed: bool


@dataclass(frozen=True, slots=True)
class _Around:
    """Locked stock in the order in which it serves an address, and how far each location is."""

    sources: Mapping[UUID, Sequence[Stock]]
    far: Mapping[UUID, int] | None = None


@dataclass(slots=True)
class _Shelf:
    """What one call works on: locked stock, and the reservations that it may use or drop."""

    items: dict[UUID, Stock]
    sources: dict[UUID, list[Stock]]
    held: dict[Ref, list[_Held]]
    dropped: list[UUID] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    around: dict[str, _Around] = field(default_factory=dict)


def reserve(
    wants: Sequence[Want],
    *,
    holder: Ref,
    until: datetime,
    near: str = "",
    locations: Sequence[UUID] | None = None,
    now: datetime | None = None,
) -> list[Part]:
    """Hold stock for a checkout until a moment; what the holder held before is replaced.

    Args:
        wants: everything that is to be held; nothing gives back what was held.
        holder: the cart or checkout.
        until: when it lapses by itself.
        near: region code of where it will go.
        locations: only from these.
        now: the moment, when the caller has one.

    Raises:
        OutOfStock: there is too little of something; what was held before stays.
        InvalidQuantity: a quantity is not possible.
    """
    take = Take(holder, wants, until=until, near=near)
    return _only(reserve_many([take], locations=locations, now=now))


def reserve_many(
    takes: Sequence[Take],
    *,
    locations: Sequence[UUID] | None = None,
    now: datetime | None = None,
) -> list[Outcome]:
    """Hold stock for several checkouts, each all or nothing; see `reserve`.

    Returns:
        What became of each, in the order of the call.
    """
    return _take("reserve", takes, locations=locations, now=now, actor=current_actor())


def allocate(
    order_ref: Ref,
    wants: Sequence[Want],
    *,
    from_holder: Ref | None = None,
    near: str = "",
    locations: Sequence[UUID] | None = None,
    actor: Actor | None = None,
    now: datetime | None = None,
) -> list[Part]:
    """Promise stock to an order; asked again for the same order it promises more.

    Args:
        order_ref: the order.
        wants: what it needs.
        from_holder: whose reservation is used up by it.
        near: region code of where it goes.
        locations: only from these.
        actor: who places the order; whoever is signed in, when left out.
        now: the moment, when the caller has one.

    Raises:
        OutOfStock: there is too little of something; nothing was promised.
        InvalidQuantity: a quantity is not possible.
    """
    take = Take(order_ref, wants, from_holder=from_holder, near=near)
    return _only(allocate_many([take], locations=locations, actor=actor, now=now))


def allocate_many(
    takes: Sequence[Take],
    *,
    locations: Sequence[UUID] | None = None,
    plain: frozenset[UUID] = frozenset(),
    actor: Actor | None = None,
    now: datetime | None = None,
) -> list[Outcome]:
    """Promise stock to many orders, each all or nothing, in the order of the call.

    Args:
        takes: what each wants.
        locations: only from these.
        plain: variants of which the caller knows that they stand on shelves and are
            not sold before they came; they are not looked at beforehand.
        actor: who places the orders; whoever is signed in, when left out.
        now: the moment, when the caller has one.

    Returns:
        What became of each, in the order of the call.
    """
    return _take(
        "allocate",
        takes,
        locations=locations,
        plain=plain,
        now=now,
        actor=actor or current_actor(),
    )


def _only(outcomes: list[Outcome]) -> list[Part]:
    if outcomes[0].refusal is not None:
        raise outcomes[0].refusal
    return outcomes[0].parts


def _take(
    verb: _Verb,
    takes: Sequence[Take],
    *,
    locations: Sequence[UUID] | None,
    plain: frozenset[UUID] = frozenset(),
    now: datetime | None,
    actor: Actor,
) -> list[Outcome]:
    wanted = [merged(take.wants) for take in takes]
    if len({take.owner for take in takes}) != len(takes):
        raise ValueError("an owner stands twice in one call")
    holders = [take.owner if verb == "reserve" else take.from_holder for take in takes]
    # Nothing in here is caught by anybody, so a savepoint would be of no use.
    with transaction.atomic(savepoint=False):
        variants = {variant for wants in wanted for variant in wants}
        known = look(variants - plain)
        if known.untracked:
            wanted = [_without(wants, known.untracked) for wants in wanted]
            variants -= known.untracked
        if locations is None:
            make_for_sale_ahead(known.sold_ahead)
        shelf = _lock(
            variants,
            holders=[holder for holder in holders if holder is not None],
            locations=locations,
            now=now or utc_now(),
        )
        by_distance = any(row.rule == RoutingRule.NEAREST for row in shelf.items.values())
        outcomes = [
            _serve(verb, take, wants, holder, shelf, by_distance=by_distance)
            for take, wants, holder in zip(takes, wanted, holders, strict=True)
        ]
        _store(verb, takes, outcomes, shelf, actor=actor)
    return outcomes


def _without(wants: dict[UUID, int], left_out: frozenset[UUID]) -> dict[UUID, int]:
    return {variant: quantity for variant, quantity in wants.items() if variant not in left_out}


def _lock(
    variants: set[UUID],
    *,
    holders: Sequence[Ref],
    locations: Sequence[UUID] | None,
    now: datetime,
) -> _Shelf:
    rows = lock_for_taking(variants, holders=holders, locations=locations)
    allowed = None if locations is None else set(locations)
    items = {row.item_id: row for row in rows}
    sources: dict[UUID, list[Stock]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.priority, row.location_id)):
        if row.is_active and (allowed is None or row.location_id in allowed):
            sources[row.variant_id].append(row)
    shelf = _Shelf(items, dict(sources), defaultdict(list))
    for held in _read_held(list(items), holders=holders, now=now):
        if held.has_lapsed:
            items[held.item_id].reserved -= held.quantity
            shelf.dropped.append(held.id)
        else:
            shelf.held[held.holder].append(held)
    return shelf


def _read_held(item_ids: list[UUID], *, holders: Sequence[Ref], now: datetime) -> list[_Held]:
    rows = fetch(_READ_HELD, now, item_ids, now, *ref_columns(holders))
    return [
        _Held(key, (kind, holder), item, quantity, lapsed)
        for key, kind, holder, item, quantity, lapsed in rows
    ]


def _around(shelf: _Shelf, near: str) -> _Around:
    """Return stock as it serves an address; put in order once for each region of a batch."""
    if near not in shelf.around:
        areas = areas_of(near)
        far = {
            row.location_id: distance(areas, row.region)
            for rows in shelf.sources.values()
            for row in rows
        }
        # Sorting keeps the order of use among those that are as far.
        ordered = {
            variant: sorted(rows, key=lambda row: far[row.location_id])
            for variant, rows in shelf.sources.items()
        }
        shelf.around[near] = _Around(ordered, far)
    return shelf.around[near]


def _serve(
    verb: _Verb,
    take: Take,
    wants: dict[UUID, int],
    holder: Ref | None,
    shelf: _Shelf,
    *,
    by_distance: bool,
) -> Outcome:
    own = shelf.held.get(holder, []) if holder is not None else []
    for held in own:
        shelf.items[held.item_id].reserved -= held.quantity
    goes = _around(shelf, take.near) if by_distance and take.near else _Around(shelf.sources)
    found = route(wants, goes.sources, goes.far)
    if found.short:
        for held in own:
            shelf.items[held.item_id].reserved += held.quantity
        return Outcome(take.owner, refusal=_out_of_stock(wants, found))
    if holder is not None:
        shelf.dropped += [held.id for held in shelf.held.pop(holder, [])]
    parts = []
    for variant, index, quantity in found.parts:
        stock = goes.sources[variant][index]
        parts.append(Part(variant, stock.location_id, stock.item_id, quantity))
        if verb == "reserve":
            stock.reserved += quantity
        else:
            shelf.moves.append(
                move(stock, MovementKind.ALLOCATED, allocated=quantity, reference=take.owner)
            )
    return Outcome(take.owner, parts)


def _out_of_stock(wants: dict[UUID, int], found: Route) -> OutOfStock:
    lines = [Shortage(variant, wants[variant], had) for variant, had in found.short.items()]
    return OutOfStock(lines=[line.as_field() for line in lines])


def _store(
    verb: _Verb, takes: Sequence[Take], outcomes: list[Outcome], shelf: _Shelf, *, actor: Actor
) -> None:
    parts = [
        (take, part)
        for take, outcome in zip(takes, outcomes, strict=True)
        for part in outcome.parts
    ]
    writing = Writing(is_large=len(parts) >= MANY)
    if shelf.dropped:
        writing.run(_DROP_HELD, shelf.dropped)
    if parts and verb == "reserve":
        writing.run(_HOLD, *_columns(parts), [take.until for take, _part in parts])
        lapses_at = min(take.until for take, _part in parts if take.until is not None)
        ask(FREE_LAPSED, lapses_at, writing=writing)
    elif parts and all(take.is_new for take in takes):
        writing.add("inventory_allocation", _ALLOCATION, _promises(parts))
    elif parts:
        writing.run(_PROMISE, *_columns(parts))
    write(shelf.items.values(), shelf.moves, actor=actor, writing=writing)


def _columns(parts: Sequence[tuple[Take, Part]]) -> tuple[list[object], ...]:
    return (
        [uuid7() for _part in parts],
        [take.owner[0] for take, _part in parts],
        [take.owner[1] for take, _part in parts],
        [part.stock_item_id for _take, part in parts],
        [part.quantity for _take, part in parts],
    )


def _promises(parts: Sequence[tuple[Take, Part]]) -> Iterator[str]:
    for take, part in parts:
        kind, order = take.owner
        yield "\t".join(
            (
                new_id(),
                text(kind),
                order.hex,
                part.stock_item_id.hex,
                str(part.quantity),
                "0",
                "0",
            )
        )
