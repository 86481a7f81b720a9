"""How the monitors stand, and what they saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from kernel.rewards.monitors.catalogue import Monitor, monitor, own_monitors
from kernel.rewards.monitors.choices import Level, LooseningState
from kernel.rewards.monitors.models import Alarm, Halt, Loosening, Reading


@dataclass(frozen=True, slots=True)
class Standing:
    """A monitor and how it stands."""

    monitor: Monitor
    latest: Reading | None
    alarm: Alarm | None
    halt: Halt | None


def standings() -> list[Standing]:
    """Return all monitors and how they stand; four queries."""
    latest = {
        row.monitor: row for row in Reading.objects.order_by("monitor", "-day").distinct("monitor")
    }
    alarms = {row.monitor: row for row in Alarm.objects.filter(ended_at=None)}
    halts = {row.monitor: row for row in Halt.objects.filter(lifted_at=None)}
    return [
        Standing(one, latest.get(code), alarms.get(code), halts.get(code))
        for code, one in own_monitors().items()
    ]


def standing_of(code: str) -> Standing:
    """Return how one monitor stands.

    Raises:
        UnknownMonitor: none has this code.
    """
    known = monitor(code).code
    return next(one for one in standings() if one.monitor.code == known)


def halts(*, is_open: bool | None = None) -> QuerySet[Halt]:
    """Return what is halted or was; those of one kind when asked for."""
    rows = Halt.objects.order_by("-id")
    return rows if is_open is None else rows.filter(lifted_at__isnull=is_open)


def readings_of(code: str, *, since: date) -> Sequence[Reading]:
    """Return what a monitor saw, the oldest first."""
    return list(Reading.objects.filter(monitor=code, day__gte=since).order_by("day"))


def latest_payouts() -> Reading | None:
    """Return the latest reading of how long withdrawals wait."""
    return Reading.objects.filter(monitor="T9").order_by("-day").first()


def payouts_are_late() -> Reading | None:
    """Return the latest reading of waiting withdrawals while it is beyond its limit."""
    row = latest_payouts()
    return row if row is not None and row.level == Level.ACT else None


def loosenings(*, monitor: str = "", is_open: bool | None = None) -> QuerySet[Loosening]:
    """Return requests to loosen limits, the latest first."""
    rows = Loosening.objects.order_by("-id")
    if monitor:
        rows = rows.filter(monitor=monitor)
    if is_open is None:
        return rows
    asked = {"state": LooseningState.ASKED}
    return rows.filter(**asked) if is_open else rows.exclude(**asked)
