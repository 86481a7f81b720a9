"""The log by the clock."""

from __future__ import annotations

from datetime import datetime

from kernel.audit.sealing import keep


def keep_nightly(*, now: datetime) -> None:
    """Seal and shorten the log of the current tenant."""
    keep(now=now)
