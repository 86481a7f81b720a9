"""Reads of the outbox, for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from django.db.models import Count, Min, Q

from kernel.common.ids import public_id
from kernel.common.outbox.models import OutboxEvent

EventState: TypeAlias = Literal["waiting", "delivered", "dead", "discarded"]

_FILTERS: dict[EventState, Q] = {
    "waiting": Q(delivered_at__isnull=True, dead_at__isnull=True),
    "delivered": Q(delivered_at__isnull=False, discarded=False),
    "dead": Q(dead_at__isnull=False),
    "discarded": Q(discarded=True),
}


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event as lists show it; the payload stays out, it may hold personal data."""

    id: str
    sequence: int
    name: str
    aggregate: str
    state: EventState
    created_at: datetime
    attempts: int
    next_attempt_at: datetime | None
    last_error: str


def list_events(
    *, states: Sequence[EventState] = ("waiting", "dead"), limit: int = 100
) -> list[EventLine]:
    """Return the current tenant's events in these states, oldest first."""
    wanted = Q(pk__in=[])
    for state in states:
        wanted |= _FILTERS[state]
    rows = OutboxEvent.objects.filter(wanted).order_by("sequence")[:limit]
    return [_line(row) for row in rows]


def _state(row: OutboxEvent) -> EventState:
    if row.dead_at is not None:
        return "dead"
    if row.delivered_at is None:
        return "waiting"
    return "discarded" if row.discarded else "delivered"


def _line(row: OutboxEvent) -> EventLine:
    return EventLine(
        id=public_id("evt", row.event_id),
        sequence=row.sequence,
        name=row.name,
        aggregate=row.aggregate,
        state=_state(row),
        created_at=row.created_at,
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        last_error=row.last_error,
    )


def backlog() -> tuple[int, datetime | None]:
    """Return how many events wait and when the oldest was published; one query."""
    waiting = OutboxEvent.objects.filter(delivered_at__isnull=True, dead_at__isnull=True)
    found = waiting.aggregate(number=Count("pk"), oldest=Min("created_at"))
    return found["number"], found["oldest"]
