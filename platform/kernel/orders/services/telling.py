"""Tells the outbox and the hooks what happened to orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kernel.audit.actor import Actor
from kernel.common.outbox.publishing import publish
from kernel.orders.events import OrderFact, aggregate_of
from kernel.orders.hooks import HookContext, Moment, run_hooks
from kernel.orders.models import Order


def tell(
    fact: type[OrderFact],
    moment: Moment,
    orders: Sequence[Order],
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    **more: object,
) -> None:
    """Run the hooks of a moment and publish an event for each order, in the order of their ids."""
    run_hooks(moment, [order.pk for order in orders], HookContext(now, actor, reason))
    for order in sorted(orders, key=lambda each: each.pk):
        publish(fact_of(fact, order, **more), aggregate=aggregate_of(order.pk))


def fact_of(fact: type[OrderFact], order: Order, **more: object) -> OrderFact:
    """Return an event about an order as it is now."""
    return fact(
        order_id=order.pk,
        group_id=order.group_id,
        number=order.number,
        member_id=order.member_id,
        seller_id=order.seller_id,
        currency=order.currency,
        total_minor=order.total_minor,
        **more,
    )
