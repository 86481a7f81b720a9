"""Quotas by the clock."""

from __future__ import annotations

from datetime import datetime

from kernel.quotas.services import ask_again, review


def review_by_clock(*, now: datetime) -> None:
    """Count, tell, and come again while something is limited; what a schedule calls."""
    if review(now=now):
        ask_again(now=now)
