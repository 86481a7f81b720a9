"""Prices that change with how much is used in a period (graduated tiers).

A tier says from which unit on each further one costs what: ``(1000, 5)`` means that the
1,001st unit of a period and those after it cost 5 minor units each. What is included in
the period counts towards no tier. Sources: channel.md §2.1 (``PriceLine.tiers``); the
reading "graduated", each unit at the price of its own tier, is that of Stripe's
``tiers_mode=graduated``, so that one unit more never makes the whole cheaper.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, TypeAlias

from channel_center.billing.errors import InvalidPrice
from kernel.common.money import LARGEST_MINOR

Tiers: TypeAlias = tuple[tuple[int, int], ...]
"""Pairs of units above which a price counts, and that price in minor units; rising."""

MOST_TIERS: Final = 8
MOST_UNITS: Final = 10**12


def checked_tiers(tiers: Iterable[Sequence[int]]) -> Tiers:
    """Return tiers in their one form.

    Raises:
        InvalidPrice: too many, out of order, or with a price that is none.
    """
    found = tuple((int(above), int(minor)) for above, minor in tiers)
    limits = [above for above, _minor in found]
    is_rising = all(one < two for one, two in pairwise(limits))
    is_sane = all(0 < above <= MOST_UNITS and 0 <= minor <= LARGEST_MINOR for above, minor in found)
    if len(found) > MOST_TIERS or not is_rising or not is_sane:
        raise InvalidPrice(field="tiers")
    return found


def unit_minor(amount_minor: int, tiers: Tiers, unit: int) -> int:
    """Return what one unit costs, the first being number 1."""
    return next((minor for above, minor in reversed(tiers) if unit > above), amount_minor)


def units_minor(amount_minor: int, tiers: Tiers, *, before: int, units: int) -> int:
    """Return what units cost that follow others of the same period.

    Parts of a period add up to what the whole period costs at once.

    Args:
        amount_minor: for each unit up to the first tier.
        tiers: from `checked_tiers`.
        before: units of the period that were charged earlier.
        units: how many follow.
    """
    total, last = 0, before + units
    starts = [0, *(above for above, _minor in tiers)]
    ends = [*starts[1:], last]
    for start, end in zip(starts, ends, strict=True):
        inside = min(end, last) - max(start, before)
        if inside > 0:
            total += inside * unit_minor(amount_minor, tiers, start + 1)
    return total


def first_below(
    amount_minor: int, tiers: Tiers, floor_minor: int, floor_tiers: Tiers = ()
) -> int | None:
    """Return the least that a unit would have to cost where it costs less; None where none does.

    Both prices are steps, so it is enough to look where one of them changes.
    """
    starts = sorted({1, *(above + 1 for above, _minor in (*tiers, *floor_tiers))})
    for unit in starts:
        least = unit_minor(floor_minor, floor_tiers, unit)
        if unit_minor(amount_minor, tiers, unit) < least:
            return least
    return None
