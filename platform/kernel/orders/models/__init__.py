"""Orders and their timeline: the tables."""

from __future__ import annotations

from kernel.orders.models.orders import Order, OrderGroup, OrderLine
from kernel.orders.models.policy import OrderPolicy, OrderSerial
from kernel.orders.models.records import (
    Adjustment,
    OrderChange,
    OrderEvent,
    OrderTag,
    PaymentEntry,
    StaffNote,
)

__all__ = [
    "Adjustment",
    "Order",
    "OrderChange",
    "OrderEvent",
    "OrderGroup",
    "OrderLine",
    "OrderPolicy",
    "OrderSerial",
    "OrderTag",
    "PaymentEntry",
    "StaffNote",
]
