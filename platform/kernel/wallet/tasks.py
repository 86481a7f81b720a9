"""Payouts by the clock."""

from __future__ import annotations

from datetime import datetime

from kernel.wallet.services.paying import ask_for_next, query_due


def query_payouts(*, now: datetime) -> None:
    """Ask payout services about what is under way; what a schedule calls."""
    while query_due(now=now):
        pass
    ask_for_next()
