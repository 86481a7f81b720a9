"""Amounts of money as pages show them."""

from __future__ import annotations

from typing import Final

from kernel.common.money import Money
from kernel.i18n.converting import converted
from kernel.i18n.showing import shown_currency
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


def shown(money: Money, *, is_price: bool = True) -> dict[str, Json]:
    """Return an amount for blocks: exact, as people read it, and in their own currency."""
    amount = money.decimal()
    return {
        "amount": amount,
        "currency": money.currency,
        "text": _written(amount, money.currency),
        "also": also_of(money, is_price=is_price),
    }


def also_of(money: Money, *, is_price: bool = False) -> str:
    """Return about how much it is in the currency that somebody chose; empty without one.

    Args:
        money: an amount in the shop's own currency.
        is_price: of one piece, not a sum.
    """
    offer = shown_currency()
    if offer is None or offer.code == money.currency:
        return ""
    return f"≈ {apart(converted(money, offer, is_price=is_price), money.currency)}"


def apart(money: Money, other: str) -> str:
    """Return an amount so that nobody takes it for one in another currency."""
    sign = _SIGNS.get(money.currency)
    if sign is None or sign != _SIGNS.get(other):
        return text_of(money)
    return text_of(money).replace(sign, f"{money.currency} ")


def text_of(money: Money) -> str:
    """Return an amount with its sign and thousands apart, ``¥1,299.00``."""
    return _written(money.decimal(), money.currency)


def _written(amount: str, currency: str) -> str:
    whole, point, part = amount.lstrip("-").partition(".")
    sign = _SIGNS.get(currency, f"{currency} ")
    minus = "−" if amount.startswith("-") else ""
    return f"{minus}{sign}{int(whole):,}{point}{part}"
