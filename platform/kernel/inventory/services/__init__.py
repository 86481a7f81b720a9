"""The verbs that stock is moved by."""

from __future__ import annotations

from kernel.inventory.selectors import availability
from kernel.inventory.services.giving import (
    expire_reservations,
    release,
    release_many,
    release_reservations,
    ship,
    ship_many,
)
from kernel.inventory.services.locations import (
    change_location,
    create_location,
    default_location,
)
from kernel.inventory.services.policy import current_stock_policy, set_stock_policy
from kernel.inventory.services.stocking import adjust, count, receive, set_levels
from kernel.inventory.services.taking import allocate, allocate_many, reserve, reserve_many
from kernel.inventory.services.transfers import receive_transfer, send_transfer, transfer
from kernel.inventory.values import (
    Available,
    Give,
    Outcome,
    Part,
    Ref,
    StockLine,
    Take,
    Want,
)

__all__ = [
    "Available",
    "Give",
    "Outcome",
    "Part",
    "Ref",
    "StockLine",
    "Take",
    "Want",
    "adjust",
    "allocate",
    "allocate_many",
    "availability",
    "change_location",
    "count",
    "create_location",
    "current_stock_policy",
    "default_location",
    "expire_reservations",
    "receive",
    "receive_transfer",
    "release",
    "release_many",
    "release_reservations",
    "reserve",
    "reserve_many",
    "send_transfer",
    "set_levels",
    "set_stock_policy",
    "ship",
    "ship_many",
    "transfer",
]
