"""Reads of the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from kernel.audit.models import AuditEntry


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to show; empty fields do not restrict."""

    action: str = ""
    actor_id: str = ""
    object_type: str = ""
    object_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


def find_entries(wanted: AuditFilter, *, limit: int | None = None) -> Iterator[AuditEntry]:
    """Yield the entries of the current scope that fit, newest first.

    Args:
        wanted: what to show.
        limit: at most so many; all of them, read in pieces, when None.
    """
    rows = AuditEntry.objects.order_by("-sequence")
    for name in ("action", "actor_id", "object_type", "object_id"):
        if value := getattr(wanted, name):
            rows = rows.filter(**{name: value})
    if wanted.since is not None:
        rows = rows.filter(occurred_at__gte=wanted.since)
    if wanted.until is not None:
        rows = rows.filter(occurred_at__lt=wanted.until)
    yield from rows.iterator(chunk_size=2000) if limit is None else rows[:limit]
