"""Prices: set, planned, and answered with their reasons."""

from __future__ import annotations

from kernel.pricing.services.answers import prices_for
from kernel.pricing.services.base_prices import (
    refresh_spans,
    set_base_price,
    set_base_prices,
)
from kernel.pricing.services.history import lowest_prices
from kernel.pricing.services.price_lists import (
    PriceListFields,
    change_price_list,
    copy_price_list,
    create_price_list,
    set_entries,
)
from kernel.pricing.values import (
    ANYBODY,
    Buyer,
    ExplainedPrice,
    NewEntry,
    NewPrice,
    PriceRequest,
    PriceStep,
)

__all__ = [
    "ANYBODY",
    "Buyer",
    "ExplainedPrice",
    "NewEntry",
    "NewPrice",
    "PriceListFields",
    "PriceRequest",
    "PriceStep",
    "change_price_list",
    "copy_price_list",
    "create_price_list",
    "lowest_prices",
    "prices_for",
    "refresh_spans",
    "set_base_price",
    "set_base_prices",
    "set_entries",
]
