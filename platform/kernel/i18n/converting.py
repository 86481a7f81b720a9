"""Amounts in another currency, for people to read: nothing is paid by them."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Final

from kernel.common.money import DECIMALS, Money
from kernel.tenancy.context import CurrencyOffer

# The largest amount at the largest rate keeps every digit.
_CONTEXT: Final = Context(prec=80)
_ROUNDINGS: Final = {"nearest": ROUND_HALF_UP, "up": ROUND_CEILING, "down": ROUND_FLOOR}


def converted(money: Money, offer: CurrencyOffer, *, is_price: bool = False) -> Money:
    """Return an amount in an offered currency, rounded by its rule.

    What is owed to the shop and what it owes are rounded alike, whatever their sign;
    nothing stays nothing, and what costs something never shows as nothing.

    Args:
        money: an amount in the shop's own currency.
        offer: the currency.
        is_price: of one piece; such amounts may end below a whole step, sums never do.
    """
    if not money.minor:
        return Money(0, offer.code)
    places = DECIMALS[offer.code] - DECIMALS[money.currency]
    exact = _CONTEXT.multiply(Decimal(abs(money.minor)), _rate(offer.rate))
    steps = _CONTEXT.divide(_CONTEXT.scaleb(exact, places), Decimal(offer.step))
    rounding = _ROUNDINGS.get(offer.rounding, ROUND_HALF_UP)
    minor = int(steps.to_integral_value(rounding, _CONTEXT)) * offer.step
    if is_price and minor > offer.below:
        minor -= offer.below
    minor = max(minor, 1)
    return Money(-minor if money.minor < 0 else minor, offer.code)


@lru_cache(maxsize=1_024)
def _rate(text: str) -> Decimal:
    return Decimal(text)
