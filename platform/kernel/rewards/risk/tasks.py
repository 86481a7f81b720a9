"""The risk queue by the clock."""

from __future__ import annotations

from datetime import datetime

from kernel.rewards.risk.services.scanning import scan_if_needed


def scan(*, now: datetime) -> None:
    """Look for abuse where modes run; what a schedule calls."""
    scan_if_needed(now=now)
