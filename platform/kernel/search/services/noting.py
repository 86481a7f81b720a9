"""What was searched for: counted for staff, remembered for members."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from kernel.common.time import local_date
from kernel.search.documents import VERSION
from kernel.search.models import RememberedSearch, SearchTerm
from kernel.search.words import LONGEST, fold
from kernel.tenancy.context import current_tenant

MOST_REMEMBERED: Final = 20
KEPT: Final = timedelta(days=400)
_NOTE: Final = """
INSERT INTO search_searchterm AS kept (day, text, times, misses, last_found)
VALUES (%(day)s, %(text)s, 1, %(missed)s, %(found)s)
ON CONFLICT (day, text) DO UPDATE SET times = kept.times + 1,
   misses = kept.misses + excluded.misses, last_found = excluded.last_found
RETURNING EXISTS (SELECT FROM search_indexstate WHERE version >= %(version)s)
"""


def note_search(text: str, *, found: int, now: datetime) -> bool:
    """Count a search, under the shop's day; return whether the index is as it should be."""
    folded = fold(text)[:LONGEST]
    if not folded:
        return True
    told: dict[str, Any] = {
        "day": local_date(now, current_tenant().zone),
        "text": folded,
        "found": found,
        "missed": int(not found),
        "version": VERSION,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, told)
        return bool(cursor.fetchone()[0])


def remember(member_id: UUID, text: str, *, now: datetime) -> None:
    """Keep what a member searched for, the latest ones only."""
    plain = " ".join(text.replace("\x00", " ").split())[:LONGEST]
    if not plain:
        return
    RememberedSearch.objects.bulk_create(
        [RememberedSearch(member_id=member_id, text=plain, searched_at=now)],
        update_conflicts=True,
        unique_fields=["member", "text"],
        update_fields=["searched_at"],
    )
    own = RememberedSearch.objects.filter(member=member_id).order_by("-searched_at", "-id")
    old = list(own.values_list("pk", flat=True)[MOST_REMEMBERED:])
    if old:
        RememberedSearch.objects.filter(pk__in=old).delete()


def forget_history(member_id: UUID) -> None:
    """Forget all that a member searched for."""
    RememberedSearch.objects.filter(member=member_id).delete()


def prune_terms(*, now: datetime) -> int:
    """Drop the counts of days that nobody compares with any more."""
    deleted, _kinds = SearchTerm.objects.filter(day__lt=(now - KEPT).date()).delete()
    return deleted
