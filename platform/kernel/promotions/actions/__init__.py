"""What promotions and coupons do: registered classes, so that a module may bring its own."""

from __future__ import annotations

from kernel.promotions.actions.contract import (
    Action,
    action_named,
    known_action,
    known_actions,
    register_action,
)
from kernel.promotions.actions.coupons import Amount, Exchange
from kernel.promotions.actions.extras import AddOn, FreeShipping, GiveGift
from kernel.promotions.actions.money import Discount, Reduction
from kernel.promotions.actions.pieces import Bundle, NthPiece

KERNEL_ACTIONS = (
    Reduction(),
    Discount(),
    NthPiece(),
    Bundle(),
    GiveGift(),
    AddOn(),
    FreeShipping(),
    Amount(),
    Exchange(),
)


def register_all() -> None:
    """Make the kernel's own known."""
    for action in KERNEL_ACTIONS:
        register_action(action)


__all__ = [
    "Action",
    "AddOn",
    "FreeShipping",
    "action_named",
    "known_action",
    "known_actions",
    "register_action",
    "register_all",
]
