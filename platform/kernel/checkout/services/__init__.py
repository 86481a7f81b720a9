"""Checkout, as the rest of the program calls it: from a cart to orders."""

from __future__ import annotations

from kernel.checkout.baskets import Basket, Choices, Item, Placement, Shopper
from kernel.checkout.paying import PAYABLE, intent_for
from kernel.checkout.placing import Ordered, PlacingOutcome, place_many, place_one
from kernel.checkout.quoting import Quote, quote_basket
from kernel.checkout.services.carts import Visit, hold_stock, place, quote

__all__ = [
    "PAYABLE",
    "Basket",
    "Choices",
    "Item",
    "Ordered",
    "Placement",
    "PlacingOutcome",
    "Quote",
    "Shopper",
    "Visit",
    "hold_stock",
    "intent_for",
    "place",
    "place_many",
    "place_one",
    "quote",
    "quote_basket",
]
