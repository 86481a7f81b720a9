"""Decisions on events that could not be delivered."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel.common.outbox.errors import NotADeadLetter
from kernel.common.outbox.models import OutboxEvent
from kernel.common.outbox.publishing import wake


@transaction.atomic
def replay_dead_letter(*, event_id: UUID) -> None:
    """Try a given-up event again, with all its attempts; handlers that ran stay done.

    Raises:
        NotADeadLetter: there is no such event, or it is not given up.
    """
    event = _dead_letter(event_id)
    event.dead_at = None
    event.attempts = 0
    event.next_attempt_at = None
    event.save(update_fields=["dead_at", "attempts", "next_attempt_at"])
    wake()


@transaction.atomic
def replay_all_dead_letters() -> int:
    """Try every given-up event of the current tenant again; return how many."""
    count = OutboxEvent.objects.filter(dead_at__isnull=False).update(
        dead_at=None, attempts=0, next_attempt_at=None
    )
    if count:
        wake()
    return count


@transaction.atomic
def discard_dead_letter(*, event_id: UUID, now: datetime) -> None:
    """Close a given-up event undelivered; later events of its aggregate go on.

    Raises:
        NotADeadLetter: there is no such event, or it is not given up.
    """
    event = _dead_letter(event_id)
    event.dead_at = None
    event.delivered_at = now
    event.discarded = True
    event.save(update_fields=["dead_at", "delivered_at", "discarded"])
    wake()


def _dead_letter(event_id: UUID) -> OutboxEvent:
    event = (
        OutboxEvent.objects.select_for_update()
        .filter(event_id=event_id, dead_at__isnull=False)
        .first()
    )
    if event is None:
        raise NotADeadLetter(event_id=str(event_id))
    return event
