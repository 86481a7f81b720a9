"""What a schedule is, and when it is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final
from zlib import crc32
from zoneinfo import ZoneInfo

from celery.schedules import ParseException, crontab

_MINUTE: Final = timedelta(minutes=1)
_HOURS: Final = 24
_MINUTES: Final = 60
# The hour at which every tenant is looked into.
_NIGHT: Final = 4


class InvalidSchedule(ValueError):
    """A schedule that cannot be used; the text names it and the fault."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job that runs in each tenant by the tenant's own clock.

    Attributes:
        name: stable and unique, ``area.what``.
        function: ``package.module:attribute``; called as ``function(now=due)``
            inside the tenant. It may be called again when a process dies in it,
            so it must stand that.
        cron: five fields. Day of month and day of week must both match.
        module: runs only where this module is on; None for the kernel.
        writes: False for a job that may run while the module is read-only.
        runs_when_suspended: True for money in flight.
        asked: runs, at the minutes of ``cron``, in those tenants alone that asked for
            it with `ask`, and once a night in every tenant. Whatever makes work for it
            asks in the same transaction; the job ends by asking for the next moment.
    """

    name: str
    function: str
    cron: str
    module: str | None = None
    writes: bool = True
    runs_when_suspended: bool = False
    asked: bool = False

    def __post_init__(self) -> None:
        """Check the fields.

        Raises:
            InvalidSchedule: the cron text or the function cannot be read.
        """
        if ":" not in self.function:
            raise InvalidSchedule(f"{self.name}: {self.function!r} is not package.module:attribute")
        _parsed(self.name, self.cron)

    def is_due(self, minute: datetime, zone: str) -> bool:
        """Tell whether the job runs at a minute (aware, UTC) in a time zone.

        A local time that clocks skip runs right after the gap, one that they
        repeat runs once. A job of every hour follows real time instead.
        """
        fields = _parsed(self.name, self.cron)
        walls = _wall_minutes(minute, zone, hourly=len(fields.hour) == _HOURS)
        return any(_matches(fields, wall) for wall in walls)

    def is_due_everywhere(self, minute: datetime, zone: str) -> bool:
        """Tell whether the job runs at a minute in every tenant of a zone, asked or not."""
        if not self.asked:
            return self.is_due(minute, zone)
        # Spread over an hour of the night, so that not all of them begin at once.
        nightly = f"{crc32(self.name.encode()) % _MINUTES} {_NIGHT} * * *"
        walls = _wall_minutes(minute, zone, hourly=False)
        return any(_matches(_parsed(self.name, nightly), wall) for wall in walls)


_schedules: dict[str, Schedule] = {}


def register_schedule(schedule: Schedule) -> None:
    """Add a schedule.

    Raises:
        InvalidSchedule: another one has its name.
    """
    if _schedules.setdefault(schedule.name, schedule) != schedule:
        raise InvalidSchedule(f"{schedule.name}: two schedules have this name")


def unregister_schedule(name: str) -> None:
    """Remove a schedule."""
    _schedules.pop(name, None)


def schedules() -> tuple[Schedule, ...]:
    """Return all schedules."""
    return tuple(_schedules.values())


def schedule_named(name: str) -> Schedule | None:
    """Return a schedule, or None when the code that declared it is gone."""
    return _schedules.get(name)


@cache
def _parsed(name: str, cron: str) -> Any:  # the stubs lack its sets
    try:
        return crontab.from_string(cron)
    except (ParseException, ValueError) as malformed:
        raise InvalidSchedule(f"{name}: {cron!r} is not a cron line") from malformed


def _matches(fields: Any, wall: datetime) -> bool:
    return bool(
        wall.minute in fields.minute
        and wall.hour in fields.hour
        and wall.day in fields.day_of_month
        and wall.month in fields.month_of_year
        and wall.isoweekday() % 7 in fields.day_of_week
    )


def _wall_minutes(minute: datetime, zone: str, *, hourly: bool) -> Iterator[datetime]:
    """Yield the clock readings that a minute stands for: one, none or a whole gap."""
    tz = ZoneInfo(zone)
    after = minute.astimezone(tz)
    if hourly:
        yield after.replace(tzinfo=None)
        return
    if after.fold:
        return
    wall = after.replace(tzinfo=None)
    before = (minute - _MINUTE).astimezone(tz).replace(tzinfo=None)
    reading = max(before + _MINUTE, wall - timedelta(hours=3)) if before < wall else wall
    while reading <= wall:
        yield reading
        reading += _MINUTE
