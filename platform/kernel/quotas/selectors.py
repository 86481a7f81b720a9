"""Where a shop stands with what its plan allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from kernel.modules.ports import entitlements
from kernel.quotas.meters import Meter, Period, meters, period_of
from kernel.tenancy.context import current_tenant

NEAR: Final = 80
FULL: Final = 100
SOFT: Final = "soft"


@dataclass(frozen=True, slots=True)
class Limit:
    """How much a plan allows.

    Attributes:
        most: where it ends; None where it does not.
        soft: where people are told.
    """

    most: int | None = None
    soft: int | None = None

    @property
    def mark(self) -> int | None:
        """What percentages are of."""
        return self.soft if self.soft is not None else self.most

    @property
    def exists(self) -> bool:
        """True when there is one of either kind."""
        return self.mark is not None


def limit_of(meter: Meter, *, now: datetime) -> Limit:
    """Return what the current shop's plan allows."""
    decision = entitlements().decide(current_tenant().id, meter.code, now)
    limits: Mapping[str, int] = decision.limits if decision.allowed else {}
    return Limit(limits.get(meter.key, meter.usual()), limits.get(SOFT))


@dataclass(frozen=True, slots=True)
class Standing:
    """A meter, what was used of it and what is allowed."""

    meter: Meter
    limit: Limit
    used: int
    period: Period

    @property
    def percent(self) -> int:
        """How much of it is used; above 100 where a soft limit was passed."""
        return percent_of(self.used, self.limit)

    @property
    def state(self) -> str:
        """``free`` without a limit, else ``ok``, ``near``, ``full`` or ``over``."""
        if not self.limit.exists:
            return "free"
        if self.limit.most is not None and self.used >= self.limit.most:
            return "full"
        if self.percent >= FULL:
            return "over"
        return "near" if self.percent >= NEAR else "ok"


def percent_of(used: int, limit: Limit) -> int:
    """Return how much of a limit is used, in whole percent; 0 without one."""
    if limit.mark is None:
        return 0
    return 100 * used // limit.mark if limit.mark else FULL


def standings(*, now: datetime) -> list[Standing]:
    """Return every meter as it stands now; one query for each."""
    found = []
    for meter in meters():
        period = period_of(meter, now)
        used = meter.counted(period.start, period.end)
        found.append(Standing(meter, limit_of(meter, now=now), used, period))
    return found


@dataclass(frozen=True, slots=True)
class Month:
    """What was used in one month."""

    first: date
    used: int
    percent: int


def months_of(meter: Meter, *, now: datetime, number: int) -> list[Month]:
    """Return the last months, the oldest first; one query for each."""
    periods = [period_of(meter, now, months_ago=ago) for ago in range(number - 1, -1, -1)]
    used = [meter.counted(each.start, each.end) for each in periods]
    highest = max([*used, 1])
    return [
        Month(period.day, count, 100 * count // highest)
        for period, count in zip(periods, used, strict=True)
    ]
