"""The figures in the background."""

from __future__ import annotations

from datetime import datetime

from kernel.analytics.services import prune_steps, roll_up


def roll_up_due(*, now: datetime) -> None:
    """Take in what is new, and drop what visitors did long ago; what a schedule calls."""
    roll_up(now=now)
    prune_steps(now=now)
