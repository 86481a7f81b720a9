"""Cases by the clock."""

from __future__ import annotations

from datetime import datetime

from kernel.aftersales.services.clock import keep_cases


def keep(*, now: datetime) -> None:
    """Let cases go on whose time is over; what a schedule calls."""
    keep_cases(now)
