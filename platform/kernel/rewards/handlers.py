"""What programmes hear of orders, after their commits; run by workers."""

from __future__ import annotations

from kernel.common.outbox.events import Envelope
from kernel.orders.events import OrderFact
from kernel.rewards.services.following import follow_order


def on_order(event: OrderFact, envelope: Envelope) -> None:
    """Tell programmes of an order that was paid, delivered, completed or paid back."""
    if event.member_id is not None:
        follow_order(event.order_id, event.name.rpartition("_")[2])
