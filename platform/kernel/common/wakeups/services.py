"""Writes on the wake-up list; all of them need the public scope."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from kernel.common.wakeups.models import Wakeup

# While a delivery that the sweep asked for waits in the queue, the tenant is
# not asked for again.
_QUIET: Final = timedelta(seconds=60)


def pending_wakeups(*, schema: str) -> list[int]:
    """Return the ids of a tenant's wake-ups that are committed now.

    Read them before looking for events: an event of one of these is then seen
    by that look, so these, and only these, may be settled after it.
    """
    return list(Wakeup.objects.filter(schema_name=schema).values_list("id", flat=True))


@transaction.atomic
def settle_wakeups(*, schema: str, ids: Collection[int], next_due: datetime | None) -> None:
    """Remove wake-ups that were looked into; leave a new one when work remains.

    A new row, never a changed one: somebody who read the old rows before the
    remaining work existed would otherwise remove it.
    """
    if not ids:
        return
    if next_due is not None:
        Wakeup.objects.create(schema_name=schema, not_before=next_due)
    Wakeup.objects.filter(id__in=ids).delete()


@transaction.atomic
def take_due_schemas(*, now: datetime, limit: int) -> list[str]:
    """Return tenants whose wake-ups are due, and keep them quiet for a minute."""
    due = list(
        Wakeup.objects.select_for_update(skip_locked=True)
        .filter(not_before__lte=now)
        .order_by("not_before", "id")[:limit]
    )
    Wakeup.objects.filter(id__in=[row.id for row in due]).update(not_before=now + _QUIET)
    return sorted({row.schema_name for row in due})


def forget_schema(*, schema: str) -> None:
    """Remove the wake-ups of a tenant that is gone."""
    Wakeup.objects.filter(schema_name=schema).delete()


def wake_schema(*, schema: str, not_before: datetime) -> None:
    """Have a tenant looked into that may hold events nobody was told of."""
    Wakeup.objects.create(schema_name=schema, not_before=not_before)
