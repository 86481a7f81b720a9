"""What happens to orders by the clock: unpaid ones end, shipped ones count as received.

Every job claims a few rows with SKIP LOCKED and works on them in a transaction,
until none are left: several workers share the work, and one that dies leaves its
rows to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from kernel.audit.actor import Actor
from kernel.orders.choices import FulfilmentStatus, OrderStatus, PaymentStatus
from kernel.orders.machine import failing_guard
from kernel.orders.models import Order, OrderGroup
from kernel.orders.services.lifecycle import cancel_orders, complete_orders, receive_orders
from kernel.orders.statuses import KEEP_HOUSE
from kernel.tenancy.schedules import ask

BATCH: Final = 100
_NEXT: Final = """
SELECT (SELECT min(expires_at) FROM orders_ordergroup WHERE expires_at IS NOT NULL),
       (SELECT min(receives_at) FROM orders_order
         WHERE status = 'placed' AND fulfilment_status = 'fulfilled' AND held_at IS NULL),
       (SELECT min(completes_at) FROM orders_order
         WHERE status = 'placed' AND fulfilment_status = 'delivered' AND held_at IS NULL
           AND payment_status IN ('paid', 'part_refunded', 'refunded'))
"""
CLOCK: Final = Actor.system("orders.clock")


def cancel_unpaid(now: datetime) -> int:
    """Cancel what was not paid in time; return how many orders."""
    total = 0
    while True:
        claimed, cancelled = _expire_some(now)
        total += cancelled
        if claimed < BATCH:
            return total


def receive_shipped(now: datetime) -> int:
    """Count what was shipped long ago as received; return how many orders."""
    return _claim_all(
        {
            "status": OrderStatus.PLACED,
            "fulfilment_status": FulfilmentStatus.FULFILLED,
            "receives_at__lte": now,
            "held_at": None,
        },
        lambda ids: receive_orders(ids, actor=CLOCK, now=now),
    )


def complete_received(now: datetime) -> int:
    """Complete what was received long ago; return how many orders."""
    return _claim_all(
        {
            "status": OrderStatus.PLACED,
            "fulfilment_status": FulfilmentStatus.DELIVERED,
            "completes_at__lte": now,
            "held_at": None,
            "payment_status__in": (
                PaymentStatus.PAID,
                PaymentStatus.PART_REFUNDED,
                PaymentStatus.REFUNDED,
            ),
        },
        lambda ids: complete_orders(ids, actor=CLOCK, now=now),
    )


def keep_house(now: datetime) -> None:
    """Do all of it, and ask for when something is due next; what the schedule calls."""
    cancel_unpaid(now)
    receive_shipped(now)
    complete_received(now)
    _ask_for_next()


@transaction.atomic
def _ask_for_next() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT)
        moments = cursor.fetchone()
    ask(KEEP_HOUSE, min((at for at in moments if at is not None), default=None))


@transaction.atomic
def _expire_some(now: datetime) -> tuple[int, int]:
    groups = list(
        OrderGroup.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(expires_at__lte=now)
        .order_by("expires_at", "pk")
        .values_list("pk", flat=True)[:BATCH]
    )
    open_orders = Order.objects.filter(group_id__in=groups, status=OrderStatus.PLACED)
    ids = [
        order.pk
        for order in open_orders.select_for_update(no_key=True).order_by("pk")
        if failing_guard(order, "expire") is None
    ]
    if ids:
        cancel_orders(ids, reason="unpaid", actor=CLOCK, now=now, action="expire")
    OrderGroup.objects.filter(pk__in=groups).update(expires_at=None)
    return len(groups), len(ids)


def _claim_all(due: dict[str, object], work: Callable[[Sequence[UUID]], None]) -> int:
    total = 0
    while True:
        with transaction.atomic():
            # The group first, as everywhere; claiming it claims its orders.
            groups = OrderGroup.objects.filter(
                pk__in=Order.objects.filter(**due).values("group_id")[: BATCH * 2]
            )
            claimed = list(
                groups.select_for_update(skip_locked=True, no_key=True)
                .order_by("pk")
                .values_list("pk", flat=True)[:BATCH]
            )
            ids = list(
                Order.objects.filter(group_id__in=claimed, **due)
                .select_for_update(no_key=True)
                .order_by("pk")
                .values_list("pk", flat=True)
            )
            if ids:
                work(ids)
        total += len(ids)
        if not ids:
            return total
