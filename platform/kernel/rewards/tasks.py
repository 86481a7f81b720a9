"""Programmes by the shop's clock."""

from __future__ import annotations

from datetime import datetime

from kernel.rewards.choices import ProgrammeState
from kernel.rewards.models import Programme
from kernel.rewards.services.periods import ask_for_next, close_periods


def tell_the_time(*, now: datetime) -> None:
    """Close periods and release what is due; what a schedule calls."""
    close_periods(now=now)
    if Programme.objects.filter(state=ProgrammeState.LIVE).exists():
        ask_for_next(now=now)
