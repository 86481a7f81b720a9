"""What is counted, by the packages that know it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from django.utils.functional import Promise

from kernel.tenancy.context import current_tenant

ALWAYS: Final = date(1970, 1, 1)
"""The period of what never begins anew."""

Counted: TypeAlias = Callable[[datetime | None, datetime | None], int]
"""Counts from one moment to another; without them what there is now."""


def _unlimited() -> int | None:
    return None


@dataclass(frozen=True, slots=True)
class Meter:
    """Something that plans limit.

    Attributes:
        code: also the feature whose grants say how much.
        at_limit: for people: what happens when it is used up.
        begins_anew: each month by the shop's clock.
        usual: what everybody has without a grant; None for no limit.
        key: name of the limit in grants.
        is_bytes: shown as the size of files.
    """

    code: str
    label: Promise
    at_limit: Promise
    counted: Counted = field(repr=False)
    begins_anew: bool = False
    usual: Callable[[], int | None] = field(default=_unlimited, repr=False)
    key: str = "most"
    is_bytes: bool = False


_meters: Final[dict[str, Meter]] = {}


def register_meter(meter: Meter) -> None:
    """Add a meter; the same code again replaces the earlier."""
    _meters[meter.code] = meter


def meters() -> tuple[Meter, ...]:
    """Return all meters, in the order of their codes."""
    return tuple(_meters[code] for code in sorted(_meters))


def meter_of(code: str) -> Meter:
    """Return a meter that is known."""
    return _meters[code]


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time in which a meter counts; ``start`` is None for always."""

    day: date
    start: datetime | None = None
    end: datetime | None = None


def period_of(meter: Meter, now: datetime, *, months_ago: int = 0) -> Period:
    """Return the month of the shop that a moment lies in, or one before it."""
    if not meter.begins_anew:
        return Period(ALWAYS)
    zone = ZoneInfo(current_tenant().zone)
    here = now.astimezone(zone)
    first = _month(here.year, here.month - months_ago)
    after = _month(first.year, first.month + 1)
    return Period(first, _midnight(first, zone), _midnight(after, zone))


def _month(year: int, month: int) -> date:
    years, index = divmod(month - 1, 12)
    return date(year + years, index + 1, 1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
