"""Hands goods over: one parcel or a thousand, by the same statements.

A parcel is shipped as a whole or not at all, and its stock leaves in the same
transaction. In a batch each parcel is refused for itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.errors import DomainError
from kernel.common.ids import uuid7
from kernel.fulfilment.choices import FulfilmentState
from kernel.fulfilment.errors import InvalidShipment, QuantityNotOpen
from kernel.fulfilment.models import Fulfilment, FulfilmentItem
from kernel.inventory.services import Give, ship_many
from kernel.orders.choices import EventKind, FulfilmentStatus
from kernel.orders.errors import OrderNotFound
from kernel.orders.events import OrderDelivered, OrderShipped
from kernel.orders.goods import contents_in, stock_wants
from kernel.orders.machine import check
from kernel.orders.models import Order, OrderLine
from kernel.orders.services.locking import lock_orders
from kernel.orders.services.telling import tell
from kernel.orders.statuses import refresh
from kernel.orders.timeline import Entry, write

_ADD: Final = """
UPDATE orders_orderline AS line
   SET fulfilled_quantity = line.fulfilled_quantity + change.quantity,
       delivered_quantity = line.delivered_quantity + change.delivered
  FROM unnest(%s::uuid[], %s::int[], %s::int[]) AS change(id, quantity, delivered)
 WHERE line.id = change.id
"""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be handed over.

    Attributes:
        quantities: line to how many; None for all that is open.
        is_delivered: it has arrived in the same moment: a pickup, a key.
    """

    order_id: UUID
    quantities: Mapping[UUID, int] | None = None
    carrier: str = ""
    tracking: str = ""
    location_id: UUID | None = None
    is_delivered: bool = False


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What became of a parcel: where it is written down, or why it did not leave."""

    parcel: Parcel
    fulfilment: Fulfilment | None = None
    refusal: DomainError | None = None


@dataclass(slots=True)
class _Packed:
    """A parcel that may leave."""

    parcel: Parcel
    order: Order
    quantities: dict[OrderLine, int]
    fulfilment_id: UUID = field(default_factory=uuid7)


def fulfil(parcel: Parcel, *, actor: Actor, now: datetime) -> Fulfilment:
    """Hand over one parcel.

    Raises:
        OrderNotFound: there is no such order.
        TransitionRefused: it is not paid, or there is nothing to ship.
        QuantityNotOpen: it asks for more than is open.
        NotOnHand: the goods have not come yet.
        InvalidShipment: nothing is in it.
    """
    [outcome] = fulfil_many([parcel], actor=actor, now=now)
    if outcome.refusal is not None:
        raise outcome.refusal
    assert outcome.fulfilment is not None  # noqa: S101  one of the two is there
    return outcome.fulfilment


@transaction.atomic
def fulfil_many(parcels: Sequence[Parcel], *, actor: Actor, now: datetime) -> list[Dispatched]:
    """Hand over parcels, each for itself, in one transaction.

    Returns:
        What became of each, in the order of the call.
    """
    outcomes: list[Dispatched] = []
    for run in _runs(parcels):
        outcomes += _fulfil_run(run, actor=actor, now=now)
    return outcomes


def _runs(parcels: Sequence[Parcel]) -> Iterator[list[Parcel]]:
    """Cut the batch where an order comes again: its second parcel must see the first."""
    run: list[Parcel] = []
    seen: set[UUID] = set()
    for parcel in parcels:
        if parcel.order_id in seen:
            yield run
            run, seen = [], set()
        run.append(parcel)
        seen.add(parcel.order_id)
    if run:
        yield run


def _fulfil_run(run: Sequence[Parcel], *, actor: Actor, now: datetime) -> list[Dispatched]:
    existing = Order.objects.filter(pk__in=[parcel.order_id for parcel in run])
    orders = {order.pk: order for order in lock_orders(existing.values_list("pk", flat=True))}
    lines: dict[UUID, list[OrderLine]] = defaultdict(list)
    for line in OrderLine.objects.filter(order_id__in=orders).order_by("order_id", "position"):
        lines[line.order_id].append(line)
    refusals: dict[UUID, DomainError] = {}
    packed: dict[UUID, _Packed] = {}
    for parcel in run:
        try:
            packed[parcel.order_id] = _pack(parcel, orders.get(parcel.order_id), lines)
        except DomainError as refusal:
            refusals[parcel.order_id] = refusal
    _leave_stock(packed, refusals, actor=actor)
    written = _write(list(packed.values()), actor=actor, now=now)
    return [Dispatched(p, written.get(p.order_id), refusals.get(p.order_id)) for p in run]


def _pack(
    parcel: Parcel, order: Order | None, lines: Mapping[UUID, Sequence[OrderLine]]
) -> _Packed:
    if order is None:
        raise OrderNotFound
    check(order, "ship")
    own = lines[order.pk]
    asked = parcel.quantities
    if asked is None:
        asked = {line.pk: line.open_quantity for line in own if line.open_quantity}
    by_id = {line.pk: line for line in own}
    if not asked or set(asked) - set(by_id):
        raise InvalidShipment(field="items")
    short = [
        {"line": by_id[key].public_id, "wanted": wanted, "open": by_id[key].open_quantity}
        for key, wanted in asked.items()
        if not 0 < wanted <= by_id[key].open_quantity
    ]
    if short:
        raise QuantityNotOpen(lines=short)
    return _Packed(parcel, order, {by_id[key]: wanted for key, wanted in asked.items()})


def _leave_stock(
    packed: dict[UUID, _Packed], refusals: dict[UUID, DomainError], *, actor: Actor
) -> None:
    gives = []
    for order_id, each in packed.items():
        wants = stock_wants(
            (line.kind, line.variant_id, quantity, contents_in(line.snapshot))
            for line, quantity in each.quantities.items()
        )
        if wants:
            gives.append(Give(("order", order_id), wants, each.parcel.location_id))
    for outcome in ship_many(gives, actor=actor) if gives else []:
        if outcome.refusal is not None:
            refusals[outcome.owner[1]] = outcome.refusal
            del packed[outcome.owner[1]]


def _write(packed: Sequence[_Packed], *, actor: Actor, now: datetime) -> dict[UUID, Fulfilment]:
    if not packed:
        return {}
    rows = {each.order.pk: _fulfilment(each, now=now) for each in packed}
    Fulfilment.objects.bulk_create(rows.values())
    items = [
        (each, line, quantity) for each in packed for line, quantity in each.quantities.items()
    ]
    FulfilmentItem.objects.bulk_create(
        [
            FulfilmentItem(fulfilment_id=each.fulfilment_id, line_id=line.pk, quantity=quantity)
            for each, line, quantity in items
        ]
    )
    columns: list[list[Any]] = [
        [line.pk for _each, line, _quantity in items],
        [quantity for _each, _line, quantity in items],
        [quantity if each.parcel.is_delivered else 0 for each, _line, quantity in items],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_ADD, columns)
    refresh(list(rows), now=now)
    write([_entry(each) for each in packed], actor=actor, now=now)
    _tell(packed, actor=actor, now=now)
    return rows


def _fulfilment(each: _Packed, *, now: datetime) -> Fulfilment:
    done = each.parcel.is_delivered
    return Fulfilment(
        id=each.fulfilment_id,
        order_id=each.order.pk,
        method=each.order.method,
        state=FulfilmentState.DELIVERED if done else FulfilmentState.SHIPPED,
        carrier=each.parcel.carrier[:60],
        tracking=each.parcel.tracking[:80],
        location_id=each.parcel.location_id,
        shipped_at=now,
        delivered_at=now if done else None,
    )


def _entry(each: _Packed) -> Entry:
    return Entry(
        each.order.pk,
        EventKind.SHIPPED,
        data={
            "fulfilment": str(each.fulfilment_id),
            "carrier": each.parcel.carrier,
            "tracking": each.parcel.tracking,
            "items": {str(line.pk): quantity for line, quantity in each.quantities.items()},
        },
    )


def _tell(packed: Sequence[_Packed], *, actor: Actor, now: datetime) -> None:
    orders = list(Order.objects.filter(pk__in=[each.order.pk for each in packed]).order_by("pk"))
    whole = [o for o in orders if o.fulfilment_status != FulfilmentStatus.PARTIAL]
    part = [o for o in orders if o.fulfilment_status == FulfilmentStatus.PARTIAL]
    if part:
        tell(OrderShipped, "shipped", part, actor=actor, now=now, is_complete=False)
    if whole:
        tell(OrderShipped, "shipped", whole, actor=actor, now=now, is_complete=True)
    if arrived := [o for o in whole if o.fulfilment_status == FulfilmentStatus.DELIVERED]:
        tell(OrderDelivered, "delivered", arrived, actor=actor, now=now)
    if actor.is_privileged:
        for each in packed:
            record(
                action="fulfilment.shipped",
                actor=actor,
                obj=("order", each.order.number),
                after={"carrier": each.parcel.carrier, "tracking": each.parcel.tracking},
                now=now,
            )
