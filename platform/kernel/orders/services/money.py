"""Writes down what came for orders and what went back; twice told is written once.

Entries are the facts; `kernel.orders.statuses` derives from them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from kernel.audit.actor import Actor
from kernel.common.ids import uuid7
from kernel.common.outbox.publishing import publish
from kernel.orders.books import book_payments, book_refund
from kernel.orders.choices import EventKind, OrderStatus, PaymentEntryKind, PaymentStatus
from kernel.orders.errors import TransitionRefused
from kernel.orders.events import (
    OrderPaid,
    OrderRefunded,
    OrderRefundReturned,
    aggregate_of,
)
from kernel.orders.models import Order, OrderGroup, PaymentEntry
from kernel.orders.services.locking import lock_group, lock_orders
from kernel.orders.services.telling import fact_of, tell
from kernel.orders.statuses import refresh
from kernel.orders.timeline import Entry, write

_INSERT: Final = """
INSERT INTO orders_paymententry (id, order_id, kind, minor, reference, at)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bigint[], %s::text[],
                     %s::timestamptz[])
ON CONFLICT (order_id, kind, reference) DO NOTHING
RETURNING order_id, kind, minor
"""
_MOVES: Final = {PaymentEntryKind.REFUNDED: 1, PaymentEntryKind.REFUND_RETURNED: -1}
# A refund that came back was made before: neither is under way.
_UNDERWAY: Final = {
    PaymentEntryKind.REFUND_REQUESTED: 1,
    PaymentEntryKind.REFUND_FAILED: -1,
    PaymentEntryKind.REFUNDED: -1,
}
_PAID: Final = frozenset({PaymentStatus.PAID, PaymentStatus.PART_REFUNDED, PaymentStatus.REFUNDED})
# A completed order can owe again: an exchange for something dearer.
_TAKES_MONEY: Final = frozenset({OrderStatus.PLACED, OrderStatus.COMPLETED})


@dataclass(frozen=True, slots=True)
class Owed:
    """What an order was paid beyond what it costs, and is not on its way back yet."""

    order_id: UUID
    group_id: UUID
    minor: int


@transaction.atomic
def receive_payment(
    group_id: UUID, minor: int, *, reference: str, actor: Actor, now: datetime
) -> int:
    """Give money that came for a group to its orders, in the order of their numbers.

    Called again with the same reference it gives nothing a second time.

    Args:
        group_id: what was paid for.
        minor: how much came, in minor units of the group's currency.
        reference: what tells this payment from every other.
        actor: who paid.
        now: the moment.

    Returns:
        What none of the orders needed.

    Raises:
        TransitionRefused: no order of the group is open any more.
        OrderNotFound: there is no such group.
    """
    orders = lock_group(group_id)
    told = PaymentEntry.objects.filter(
        order__group_id=group_id, kind=PaymentEntryKind.PAID, reference=reference
    )
    if told.exists():
        return 0
    open_orders = [order for order in orders if order.status in _TAKES_MONEY]
    if not open_orders:
        raise TransitionRefused(action="pay", status=orders[0].status, guard="status")
    rest, shares = minor, {}
    going = _going_back(open_orders)
    for order in open_orders:
        if share := min(rest, _due(order, going)):
            shares[order.pk] = share
            rest -= share
    if rest and not shares:
        return rest
    _record(PaymentEntryKind.PAID, shares, reference=reference, now=now)
    _after_payment(open_orders, shares, reference=reference, actor=actor, now=now)
    return rest


@transaction.atomic
def settle_free_orders(order_ids: Sequence[UUID], *, actor: Actor, now: datetime) -> None:
    """Let orders that cost nothing count as paid."""
    orders = lock_orders(order_ids)
    _after_payment(orders, {order.pk: 0 for order in orders}, reference="", actor=actor, now=now)


@transaction.atomic
def note_authorised(
    group_id: UUID, minor: int, *, reference: str, actor: Actor, now: datetime
) -> None:
    """Note that an amount is held, or promised, for a group; it has not come yet.

    Raises:
        OrderNotFound: there is no such group.
    """
    rest, shares = minor, {}
    for order in lock_group(group_id):
        if order.status == OrderStatus.PLACED and (share := min(rest, order.total_minor)):
            shares[order.pk] = share
            rest -= share
    if _record(PaymentEntryKind.AUTHORISED, shares, reference=reference, now=now):
        _tell_authorisation(EventKind.AUTHORISED, shares, actor=actor, now=now)
        _stop_expiring([group_id])


@transaction.atomic
def end_authorisation(group_id: UUID, *, reference: str, actor: Actor, now: datetime) -> None:
    """Note that what was held or promised will not come; without any it does nothing.

    Raises:
        OrderNotFound: there is no such group.
    """
    lock_group(group_id)
    held = PaymentEntry.objects.filter(
        order__group_id=group_id, kind=PaymentEntryKind.AUTHORISED, reference=reference
    )
    shares = dict(held.values_list("order_id", "minor"))
    if _record(PaymentEntryKind.AUTHORISATION_ENDED, shares, reference=reference, now=now):
        _tell_authorisation(EventKind.AUTHORISATION_ENDED, shares, actor=actor, now=now)


def _tell_authorisation(
    kind: EventKind, shares: Mapping[UUID, int], *, actor: Actor, now: datetime
) -> None:
    entries = [Entry(order_id, kind, data={"minor": minor}) for order_id, minor in shares.items()]
    write(entries, actor=actor, now=now)
    refresh(list(shares), now=now)


@transaction.atomic
def note_refund(
    order_id: UUID,
    kind: PaymentEntryKind,
    minor: int,
    *,
    reference: str,
    actor: Actor,
    now: datetime,
) -> bool:
    """Note that a refund was asked for, was made, or failed; False when it was noted before."""
    [order] = lock_orders([order_id])
    if not _record(kind, {order_id: minor}, reference=reference, now=now):
        return False
    figures = {"refunded": minor * _MOVES[kind]} if kind in _MOVES else {}
    entry = Entry(order_id, EventKind(kind.value), figures, {"minor": minor, "ref": reference})
    write([entry], actor=actor, now=now)
    refresh([order_id], now=now)
    if kind in _MOVES:
        book_refund(order, minor * _MOVES[kind], reference=reference, now=now)
    if kind == PaymentEntryKind.REFUNDED:
        fact = fact_of(OrderRefunded, order, refunded_minor=minor)
        publish(fact, aggregate=aggregate_of(order_id))
    elif kind == PaymentEntryKind.REFUND_RETURNED:
        back = fact_of(OrderRefundReturned, order, refunded_minor=minor)
        publish(back, aggregate=aggregate_of(order_id))
    return True


def owed_back(order_ids: Iterable[UUID]) -> list[Owed]:
    """Return what orders were paid too much: all of it when they are cancelled; two queries."""
    orders = list(Order.objects.filter(pk__in=set(order_ids)).order_by("pk"))
    sums: dict[tuple[UUID, str], int] = defaultdict(int)
    entries = PaymentEntry.objects.filter(order_id__in=[order.pk for order in orders])
    for order_id, kind, minor in entries.values_list("order_id", "kind", "minor"):
        sums[order_id, kind] += minor
    found = []
    for order in orders:
        is_over = order.status == OrderStatus.CANCELLED
        cost = 0 if is_over else order.total_minor - order.waived_minor
        paid = sums[order.pk, PaymentEntryKind.PAID]
        asked = sums[order.pk, PaymentEntryKind.REFUND_REQUESTED]
        failed = (
            sums[order.pk, PaymentEntryKind.REFUND_FAILED]
            + sums[order.pk, PaymentEntryKind.REFUND_RETURNED]
        )
        if (minor := paid - (asked - failed) - cost) > 0:
            found.append(Owed(order.pk, order.group_id, minor))
    return found


def due_minor(orders: Iterable[Order]) -> int:
    """Return what is still to be paid for orders; one query where something was taken off them."""
    open_orders = [order for order in orders if order.status in _TAKES_MONEY]
    going = _going_back(open_orders)
    return sum(_due(order, going) for order in open_orders)


def _due(order: Order, going: Mapping[UUID, int]) -> int:
    kept = order.paid_minor - order.refunded_minor - going.get(order.pk, 0)
    return max(order.total_minor - order.waived_minor - kept, 0)


def _going_back(orders: Sequence[Order]) -> dict[UUID, int]:
    """Return what was asked back of orders and neither came nor failed yet.

    It is not there any more to pay with, once something else was put on the order.
    """
    found: dict[UUID, int] = defaultdict(int)
    reduced = [order.pk for order in orders if order.waived_minor]
    if reduced:
        rows = PaymentEntry.objects.filter(order_id__in=reduced, kind__in=list(_UNDERWAY))
        for order_id, kind, minor in rows.values_list("order_id", "kind", "minor"):
            found[order_id] += minor * _UNDERWAY[PaymentEntryKind(kind)]
    return found


def _record(
    kind: PaymentEntryKind, shares: Mapping[UUID, int], *, reference: str, now: datetime
) -> bool:
    columns: list[list[Any]] = [
        [uuid7() for _share in shares],
        list(shares),
        [kind.value for _share in shares],
        list(shares.values()),
        [reference[:120] for _share in shares],
        [now for _share in shares],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, columns)
        return bool(cursor.fetchall())


def _after_payment(
    orders: Sequence[Order],
    shares: Mapping[UUID, int],
    *,
    reference: str,
    actor: Actor,
    now: datetime,
) -> None:
    before = {order.pk: order.payment_status for order in orders}
    write(
        [
            Entry(order_id, EventKind.PAID, {"paid": minor}, {"ref": reference})
            for order_id, minor in shares.items()
        ],
        actor=actor,
        now=now,
    )
    book_payments(
        [(order, shares[order.pk]) for order in orders if order.pk in shares],
        reference=reference,
        now=now,
    )
    refresh(list(shares), now=now)
    paid = [
        order
        for order in Order.objects.filter(pk__in=list(shares)).order_by("pk")
        if order.payment_status in _PAID and (before[order.pk] not in _PAID)
    ]
    groups = {order.group_id for order in orders}
    _stop_expiring(groups)
    if paid:
        tell(OrderPaid, "paid", paid, actor=actor, now=now)


def _stop_expiring(group_ids: Iterable[UUID]) -> None:
    """Nothing of a group with money in it is cancelled by the clock."""
    OrderGroup.objects.filter(pk__in=list(group_ids), expires_at__isnull=False).update(
        expires_at=None
    )
