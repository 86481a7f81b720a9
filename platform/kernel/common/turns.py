"""Doing what waits one after the other, and trying again what failed, later each time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import TypeVar

Row = TypeVar("Row")


def take_turns(
    claim: Callable[[], Row | None], work: Callable[[Row], object], *, most: int, seconds: float
) -> int:
    """Claim and work on one row after the other; return how many were tried.

    Fewer than ``most``, within ``seconds``, means that nothing was due any more.

    Args:
        claim: takes what is due first, committed; None when nothing is.
        work: does it, outside of any transaction.
        most: after so many it ends.
        seconds: after so long it claims nothing more.
    """
    began = monotonic()
    for tried in range(most):
        row = None if monotonic() - began > seconds else claim()
        if row is None:
            return tried
        work(row)
    return most


def doubled(attempts: int, *, first: timedelta, longest: timedelta) -> timedelta:
    """Return how long to wait after so many failed attempts: each time twice as long."""
    seconds = first.total_seconds() * 2.0 ** min(attempts - 1, 30)
    return timedelta(seconds=min(seconds, longest.total_seconds()))
