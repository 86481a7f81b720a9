"""Amounts of money as pages show them."""

from __future__ import annotations

from typing import Final

from kernel.common.money import Money
from themes.fields import Json

_SIGNS: Final = {
    "AUD": "A$",
    "CAD": "C$",
    "CNY": "¥",
    "EUR": "€",
    "GBP": "£",
    "HKD": "HK$",
    "INR": "₹",
    "JPY": "¥",
    "KRW": "₩",
    "NZD": "NZ$",
    "SGD": "S$",
    "THB": "฿",
    "TWD": "NT$",
    "USD": "$",
    "VND": "₫",
}


def shown(money: Money) -> dict[str, Json]:
    """Return an amount for blocks: exact, and as people read it."""
    return {"amount": money.decimal(), "currency": money.currency, "text": text_of(money)}


def text_of(money: Money) -> str:
    """Return an amount with its sign and thousands apart, ``¥1,299.00``."""
    whole, point, part = money.decimal().lstrip("-").partition(".")
    sign = _SIGNS.get(money.currency, f"{money.currency} ")
    minus = "-" if money.minor < 0 else ""
    return f"{minus}{sign}{int(whole):,}{point}{part}"
