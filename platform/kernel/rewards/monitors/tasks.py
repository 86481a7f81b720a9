"""Monitors by the clock."""

from __future__ import annotations

from datetime import datetime

from kernel.rewards.monitors.services.watching import watch_if_needed


def watch(*, now: datetime) -> None:
    """Read every monitor where modes or draws run; what a schedule calls."""
    watch_if_needed(now=now)
