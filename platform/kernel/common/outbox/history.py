"""Keeps the outbox from growing without bound."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from kernel.common.outbox.models import OutboxEvent

_CHUNK: Final = 5000
_KEPT: Final = timedelta(days=30)


def prune_nightly(*, now: datetime) -> None:
    """Delete the current tenant's events that were delivered long ago."""
    prune_history(before=now - _KEPT)


def prune_history(*, before: datetime) -> int:
    """Delete events delivered before a moment, in short statements; return how many."""
    total = 0
    while True:
        keys = list(
            OutboxEvent.objects.filter(delivered_at__lt=before)
            .order_by("delivered_at")
            .values_list("pk", flat=True)[:_CHUNK]
        )
        # The database deletes the rows of `OutboxDelivery` itself.
        deleted, _by_model = OutboxEvent.objects.filter(pk__in=keys).delete()
        total += deleted
        if len(keys) < _CHUNK:
            return total
