"""Programmes by the shop's clock."""

from __future__ import annotations

from datetime import datetime

from kernel.rewards.choices import ProgrammeState
from kernel.rewards.models import Programme
from kernel.rewards.services.lapsing import has_expiring, hear_of_lapsed, tell_of_expiring
from kernel.rewards.services.periods import ask_for_next, close_periods


def tell_the_time(*, now: datetime) -> None:
    """Close periods, release what is due, and see to what expires; what a schedule calls."""
    close_periods(now=now)
    hear_of_lapsed()
    tell_of_expiring(now=now)
    if Programme.objects.filter(state=ProgrammeState.LIVE).exists() or has_expiring(now=now):
        ask_for_next(now=now)
