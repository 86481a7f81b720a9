"""Periods, and what is left of them. Pure: whole seconds, whole minor units, half up."""

from __future__ import annotations

import calendar
from datetime import datetime
from itertools import count
from typing import Final

from channel_center.billing.choices import Term

_MONTHS: Final = {Term.MONTH.value: 1, Term.YEAR.value: 12, Term.USAGE.value: 1}


def add_months(moment: datetime, months: int) -> datetime:
    """Return the same day so many months later, or the last one of a shorter month."""
    index = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def period_end(anchor: datetime, start: datetime, term: str) -> datetime | None:
    """Return where the period that begins at a moment ends; None for what is for good.

    Counted from the anchor: what began on the 31st ends on the 31st again after February.
    """
    months = _MONTHS.get(term)
    if months is None:
        return None
    for periods in count(1):
        end = add_months(anchor, periods * months)
        if end > start:
            return end
    raise AssertionError


def share_left(amount: int, *, start: datetime, end: datetime | None, now: datetime) -> int:
    """Return what of an amount for a period is for the time after a moment.

    What was used up is rounded half up and taken off, so that it is never more than the
    amount; what was bought for good is not used up.
    """
    if end is None or now <= start:
        return amount
    if now >= end:
        return 0
    length = seconds(start, end)
    return amount - half_up(amount * seconds(start, now), length)


def share_of_rest(price: int, *, start: datetime, end: datetime, now: datetime) -> int:
    """Return what a price for a whole period comes to for the rest of it."""
    if now <= start:
        return price
    return half_up(price * seconds(now, end), seconds(start, end))


def seconds(first: datetime, last: datetime) -> int:
    """Return the whole seconds between two moments."""
    return int((last - first).total_seconds())


def half_up(numerator: int, denominator: int) -> int:
    """Divide, and round half up."""
    return (2 * numerator + denominator) // (2 * denominator)
