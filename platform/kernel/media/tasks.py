"""Work of the library by the clock."""

from __future__ import annotations

from datetime import datetime

from kernel.media.services.trash import sweep


def sweep_by_clock(*, now: datetime) -> None:
    """Delete what is due; what a schedule calls."""
    sweep(now=now)
