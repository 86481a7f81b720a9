"""What is told of a step, and which days are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from kernel.analytics.choices import Channel, Device, Grain, Step
from kernel.analytics.errors import InvalidSpan

LONGEST_DAYS = 800
_HOURLY = 1
_DAILY = 92


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A step as the storefront tells it; see `kernel.analytics.models.SeenStep`."""

    visitor: UUID
    visit: UUID
    step: Step
    channel: Channel
    source: str = ""
    device: Device
    handle: str = ""
    group_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Days of the shop, both included."""

    since: date
    until: date

    def __post_init__(self) -> None:
        """Check the days.

        Raises:
            InvalidSpan: the last is before the first, or there are too many.
        """
        if self.until < self.since or self.days > LONGEST_DAYS:
            raise InvalidSpan(field="until")

    @property
    def days(self) -> int:
        """How many."""
        return (self.until - self.since).days + 1

    @property
    def before(self) -> Span:
        """As many days, right before these."""
        return Span(self.since - timedelta(days=self.days), self.since - timedelta(days=1))

    @property
    def grain(self) -> Grain:
        """How long the parts of a series over these days are."""
        if self.days <= _HOURLY:
            return Grain.HOUR
        return Grain.DAY if self.days <= _DAILY else Grain.MONTH

    def each(self) -> list[date]:
        """Return the days, in order."""
        return [self.since + timedelta(days=number) for number in range(self.days)]

    @classmethod
    def last(cls, days: int, *, today: date) -> Span:
        """Return so many days, today the last of them."""
        return cls(today - timedelta(days=days - 1), today)
