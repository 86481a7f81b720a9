"""Asks for the roll-up, at most once in some minutes: what made work for it comes often."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.core.cache import cache

from kernel.tenancy.schedules import ask

ROLL_UP: Final = "analytics.roll_up"
_ASKED: Final = "analytics:asked"
_SECONDS: Final = 300


def ask_to_roll_up(*, now: datetime) -> None:
    """Have the figures made anew soon; inside the transaction that made work for it.

    Whoever asks again within five minutes asks the cache alone. Where that transaction
    fails, the next one asks, or the night.
    """
    if cache.add(_ASKED, "1", timeout=_SECONDS):
        ask(ROLL_UP, now)
