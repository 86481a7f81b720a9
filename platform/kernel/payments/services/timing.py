"""When a gateway is asked again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from kernel.tenancy.schedules import ask

LEASE: Final = timedelta(seconds=60)
"""How long a call may take; longer than the time limit of any adapter."""

_WAITS: Final = (
    timedelta(seconds=10),
    timedelta(seconds=30),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
)

NEVER_ARRIVED_AFTER: Final = timedelta(minutes=15)
"""From when on "not known there" means that a call was lost: longer than it could be under way."""

UNCLOSED_ENDS_AFTER: Final = timedelta(days=1)
"""How long an intent past its time waits for a gateway that does not say how an attempt ended."""


SWEEP: Final = "kernel.sweep_payments"


def ask_for_sweep(at: datetime | None) -> None:
    """Have the sweeper come at a moment, or not at all; part of the caller's transaction.

    Whoever writes a moment at which the sweeper has something to do asks for it.
    """
    ask(SWEEP, at)


def next_check(checks: int, *, now: datetime) -> datetime:
    """Return when to ask again after so many times: soon at first, hourly in the end."""
    return now + _WAITS[min(checks, len(_WAITS) - 1)]
