"""Exact figures: fractions while reckoning, whole units of an asset when booked."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from kernel.rewards.errors import NotANumber

ZERO: Final = Fraction(0)


def number(value: object) -> Fraction:
    """Return what a rule reckons with: decimal text, a whole number or nothing."""
    if type(value) is Fraction:
        return value
    if value is None or value == "":
        return ZERO
    if isinstance(value, int | Decimal):
        return Fraction(value)
    return _read(value if type(value) is str else str(value))


@lru_cache(maxsize=65_536)
def _read(text: str) -> Fraction:
    # The same prices and balances are read over and over again.
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise NotANumber(value=text[:60]) from error


def units(value: Fraction, scale: int) -> int:
    """Return the whole units at a scale, rounded down towards zero."""
    above = value.numerator * 10**scale
    below = value.denominator
    return above // below if above >= 0 else -(-above // below)


@lru_cache(maxsize=65_536)
def amount(minor: int, scale: int) -> Fraction:
    """Return the figure that whole units stand for."""
    return Fraction(minor, 10**scale)


def text(minor: int, scale: int) -> str:
    """Return whole units as decimal text with the digits of the scale."""
    sign, digits = ("-" if minor < 0 else ""), str(abs(minor)).rjust(scale + 1, "0")
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}" if scale else f"{sign}{digits}"


def largest_remainder(total: int, weights: Sequence[Fraction]) -> list[int]:
    """Split whole units by weights so that the parts add up to them exactly.

    Units left over by rounding down go to the greatest remainders; among equals the
    earlier entry comes first.
    """
    whole = sum(weights, ZERO)
    if whole <= 0 or total <= 0:
        return [0] * len(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(share) for share in exact]
    order = sorted(range(len(parts)), key=lambda at: (parts[at] - exact[at], at))
    for at in order[: total - sum(parts)]:
        parts[at] += 1
    return parts


def shown(value: Fraction) -> str:
    """Return a figure as decimal text without needless zeros, for messages."""
    digits = text(units(value, 6), 6).rstrip("0")
    return digits.rstrip(".") or "0"
