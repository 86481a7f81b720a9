"""Reads of the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from kernel.audit.models import AuditEntry

SEALED: Final = "audit.sealed"
"""An entry of this kind notes the head of a tenant's log."""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to show; empty fields do not restrict.

    Attributes:
        actor_name: a part of it, of the person or of whom he stood in for.
        with_seals: the nightly seals of tenants' logs, which the installation's log holds.
        text: stands anywhere in an entry: names, ids, the reason, what changed.
    """

    action: str = ""
    actor_id: str = ""
    actor_name: str = ""
    text: str = ""
    object_type: str = ""
    object_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    with_seals: bool = True


def find_entries(wanted: AuditFilter, *, limit: int | None = None) -> Iterator[AuditEntry]:
    """Yield the entries of the current scope that fit, newest first.

    Args:
        wanted: what to show.
        limit: at most so many; all of them, read in pieces, when None.
    """
    rows = entries_matching(wanted)
    yield from rows.iterator(chunk_size=2000) if limit is None else rows[:limit]


def entries_matching(wanted: AuditFilter) -> QuerySet[AuditEntry]:
    """Return the entries of the current scope that fit, newest first."""
    rows = AuditEntry.objects.order_by("-sequence")
    for name in ("action", "actor_id", "object_type", "object_id"):
        if value := getattr(wanted, name):
            rows = rows.filter(**{name: value})
    if not wanted.with_seals and wanted.action != SEALED:
        rows = rows.exclude(action=SEALED)
    if wanted.since is not None:
        rows = rows.filter(occurred_at__gte=wanted.since)
    if wanted.until is not None:
        rows = rows.filter(occurred_at__lt=wanted.until)
    if name := wanted.actor_name:
        rows = rows.filter(Q(actor_name__icontains=name) | Q(acting_as__icontains=name))
    if text := wanted.text:
        rows = rows.annotate(
            before_text=Cast("before", TextField()), after_text=Cast("after", TextField())
        )
        names = ("actor_name", "object_id", "reason", "action", "before_text", "after_text")
        anywhere = Q()
        for name in names:
            anywhere |= Q(**{f"{name}__icontains": text})
        rows = rows.filter(anywhere)
    return rows
