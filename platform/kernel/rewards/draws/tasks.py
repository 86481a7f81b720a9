"""Draws by the clock."""

from __future__ import annotations

from datetime import datetime

from kernel.rewards.draws.services.revealing import reveal_all_due


def reveal_due(*, now: datetime) -> None:
    """Reveal what has closed; what a schedule calls."""
    reveal_all_due(now=now)
