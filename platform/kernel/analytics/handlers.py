"""What the figures do when orders are paid, cancelled or refunded; after the commit."""

from __future__ import annotations

from kernel.analytics.asking import ask_to_roll_up
from kernel.common.outbox.events import Envelope, subscribe
from kernel.common.time import utc_now
from kernel.orders.events import OrderCancelled, OrderFact, OrderPaid, OrderRefunded


def on_order_moved(event: OrderFact, envelope: Envelope) -> None:
    """Have the figures made anew."""
    ask_to_roll_up(now=utc_now())


def connect() -> None:
    """Subscribe the handler."""
    for name in (OrderPaid.name, OrderCancelled.name, OrderRefunded.name):
        subscribe(name, "analytics.roll_up", on_order_moved)
