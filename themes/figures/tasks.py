"""The figures of blocks in the background."""

from __future__ import annotations

from datetime import datetime

from themes.figures.noting import roll_up


def roll_up_due(*, now: datetime) -> None:
    """Count what was told of pages; what a schedule calls."""
    roll_up(now=now)
