"""Brings stored figures to those that were counted; what is equal is not written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Model, QuerySet


def bring_to(
    stored: QuerySet[Any], counted: Iterable[Mapping[str, Any]], *, keys: Sequence[str]
) -> int:
    """Make the stored rows say what was counted; return how many were written or removed.

    Args:
        stored: all rows that the count is about.
        counted: the rows as they should be; all columns but the id.
        keys: what tells one row from another.
    """
    model: Any = stored.model
    known = {tuple(getattr(row, name) for name in keys): row for row in stored}
    fresh: list[Model] = []
    moved: list[Model] = []
    values: list[str] = []
    for row in counted:
        values = [name for name in row if name not in keys]
        found = known.pop(tuple(row[name] for name in keys), None)
        if found is None:
            fresh.append(model(**row))
        elif any(getattr(found, name) != row[name] for name in values):
            for name in values:
                setattr(found, name, row[name])
            moved.append(found)
    gone = [row.pk for row in known.values()]
    if gone:
        stored.filter(pk__in=gone).delete()
    if moved:
        model.objects.bulk_update(moved, values, batch_size=500)
    if fresh:
        model.objects.bulk_create(fresh, batch_size=500)
    return len(gone) + len(moved) + len(fresh)
