"""Reads entries."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from __package__.models import Entry


def entries_of(member_id: UUID) -> QuerySet[Entry]:
    """Return a member's entries, the newest first."""
    return Entry.objects.filter(member_id=member_id).order_by("-id")


def entries() -> QuerySet[Entry]:
    """Return all entries with their members, the newest first."""
    return Entry.objects.select_related("member").order_by("-id")
