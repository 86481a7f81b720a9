"""Carts: filled, changed, merged, shared."""

from __future__ import annotations

from kernel.cart.selectors import find_cart, holder_of, pieces_in, read, selected_lines
from kernel.cart.services.carts import cart_of, forget_carts, is_token, new_token
from kernel.cart.services.lines import (
    accept_prices,
    add,
    add_and_read,
    buy_now,
    change,
    clear,
    forget_lines,
    remove,
    select,
)
from kernel.cart.services.merging import merge
from kernel.cart.services.sharing import open_shared, share, take_shared
from kernel.cart.values import CartOwner, CartView, Dropped, Wish

__all__ = [
    "CartOwner",
    "CartView",
    "Dropped",
    "Wish",
    "accept_prices",
    "add",
    "add_and_read",
    "buy_now",
    "cart_of",
    "change",
    "clear",
    "find_cart",
    "forget_carts",
    "forget_lines",
    "holder_of",
    "is_token",
    "merge",
    "new_token",
    "open_shared",
    "pieces_in",
    "read",
    "remove",
    "select",
    "selected_lines",
    "share",
    "take_shared",
]
