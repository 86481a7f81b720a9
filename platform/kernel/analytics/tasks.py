"""The figures in the background."""

from __future__ import annotations

from datetime import datetime

from kernel.analytics.following import tell_followers
from kernel.analytics.services import prune_steps, roll_up


def roll_up_due(*, now: datetime) -> None:
    """Take in what is new, and drop what visitors did long ago; what a schedule calls."""
    if roll_up(now=now):
        tell_followers(now)
    prune_steps(now=now)
