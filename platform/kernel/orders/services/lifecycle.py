"""Cancels, receives and completes orders; each takes a batch and locks it in order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.inventory.services import Give, release_many
from kernel.orders.choices import EventKind, OrderStatus
from kernel.orders.events import OrderCancelled, OrderCompleted, OrderDelivered
from kernel.orders.machine import Action, check
from kernel.orders.models import Order, OrderLine
from kernel.orders.services.locking import lock_orders
from kernel.orders.services.telling import tell
from kernel.orders.statuses import refresh
from kernel.orders.timeline import Entry, write


@transaction.atomic
def cancel_orders(
    order_ids: Sequence[UUID],
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    action: Action = "cancel",
) -> None:
    """Cancel orders of which nothing was shipped, and give their stock back.

    What was paid goes back: the payments' hook asks for it in the same transaction.
    Cancelling a cancelled order is refused, so everything happens once.

    Args:
        order_ids: all of them, or none.
        reason: why, for the buyer and the timeline.
        actor: who cancels.
        now: the moment.
        action: ``expire`` also refuses when something was paid.

    Raises:
        TransitionRefused: one of them cannot be cancelled.
        OrderNotFound: one of them does not exist.
    """
    orders = lock_orders(order_ids)
    for order in orders:
        check(order, action)
    ids = [order.pk for order in orders]
    Order.objects.filter(pk__in=ids).update(
        status=OrderStatus.CANCELLED, cancelled_at=now, version=F("version") + 1
    )
    release_many([Give(("order", order_id)) for order_id in ids], reason=reason, actor=actor)
    write(
        [Entry(order_id, EventKind.CANCELLED, data={"reason": reason}) for order_id in ids],
        actor=actor,
        now=now,
    )
    tell(OrderCancelled, "cancelled", orders, actor=actor, now=now, reason=reason)
    if actor.is_privileged:
        for order in orders:
            record(
                action="orders.cancelled",
                actor=actor,
                obj=("order", order.number),
                before={"status": order.status},
                after={"status": OrderStatus.CANCELLED},
                reason=reason,
                now=now,
            )


@transaction.atomic
def receive_orders(order_ids: Sequence[UUID], *, actor: Actor, now: datetime) -> None:
    """Note that everything that was shipped of orders has arrived.

    Raises:
        TransitionRefused: nothing of one of them is under way.
        OrderNotFound: one of them does not exist.
    """
    orders = lock_orders(order_ids)
    for order in orders:
        check(order, "deliver")
    ids = [order.pk for order in orders]
    OrderLine.objects.filter(order_id__in=ids).update(delivered_quantity=F("fulfilled_quantity"))
    refresh(ids, now=now)
    write([Entry(order_id, EventKind.DELIVERED) for order_id in ids], actor=actor, now=now)
    arrived = list(Order.objects.filter(pk__in=ids, fulfilment_status="delivered").order_by("pk"))
    tell(OrderDelivered, "delivered", arrived, actor=actor, now=now)


@transaction.atomic
def complete_orders(order_ids: Sequence[UUID], *, actor: Actor, now: datetime) -> None:
    """Close orders that are paid and received.

    Raises:
        TransitionRefused: one of them is not.
        OrderNotFound: one of them does not exist.
    """
    orders = lock_orders(order_ids)
    for order in orders:
        check(order, "complete")
    ids = [order.pk for order in orders]
    Order.objects.filter(pk__in=ids).update(
        status=OrderStatus.COMPLETED, completed_at=now, version=F("version") + 1
    )
    write([Entry(order_id, EventKind.COMPLETED) for order_id in ids], actor=actor, now=now)
    tell(OrderCompleted, "completed", orders, actor=actor, now=now)
