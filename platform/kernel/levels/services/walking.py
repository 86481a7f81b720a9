"""Goes through all members of a shop, batch by batch; each batch is a transaction of its own.

Members are gone through in the order of their ids and are never locked. A walk whose
worker died is gone on with where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Min, Q, QuerySet

from kernel.common.outbox.publishing import publish
from kernel.levels.choices import WalkState
from kernel.levels.events import SegmentChanged
from kernel.levels.models import LevelPolicy, Segment, Walk
from kernel.members.models import Member
from kernel.tenancy.schedules import ask

WALK: Final = "levels.walk"
AT_ONCE: Final = 5_000
_STUCK_AFTER: Final = timedelta(minutes=5)
_OPEN: Final = (WalkState.WAITING, WalkState.RUNNING)


def present_members() -> QuerySet[Member]:
    """Return the members who are there: neither erased nor taken over."""
    return Member.objects.filter(anonymised_at=None, merged_into=None)


def begin_levels(*, now: datetime) -> None:
    """Have the levels of all members looked at anew, in the caller's transaction."""
    LevelPolicy.objects.bulk_create([LevelPolicy()], ignore_conflicts=True)
    _begin(LevelPolicy.objects.filter(pk=1), now=now)


def begin_segment(segment_id: UUID, *, now: datetime) -> None:
    """Have it worked out who belongs to a segment, in the caller's transaction."""
    _begin(Segment.objects.filter(pk=segment_id), now=now)


def step(
    key: UUID | None,
    batch: Callable[[Walk, UUID | None, UUID, datetime], int],
    *,
    now: datetime,
    size: int = AT_ONCE,
) -> bool:
    """Do the next batch of a walk; return whether there is another.

    Args:
        key: of the segment; None for levels.
        batch: does the members after the first id up to the second; returns how many.
        now: the moment.
        size: how many members at once.
    """
    with transaction.atomic():
        row = _locked(key)
        if row is None or row.state == WalkState.IDLE:
            return False
        ids = present_members().order_by("pk").values_list("pk", flat=True)
        if row.cursor is not None:
            ids = ids.filter(pk__gt=row.cursor)
        until = list(ids[:size])[-1:]
        if until:
            row.done += batch(row, row.cursor, until[0], now)
            row.cursor, row.state = until[0], WalkState.RUNNING
        else:
            _finish(row, now=now)
        row.touched_at = now
        row.save()
        return bool(until)


def open_walks(*, now: datetime) -> list[UUID | None]:
    """Return the walks that nobody has begun, or that stand still; None is levels."""
    waiting = Q(state=WalkState.WAITING)
    stuck = Q(state=WalkState.RUNNING, touched_at__lte=now - _STUCK_AFTER)
    found: list[UUID | None] = []
    if LevelPolicy.objects.filter(waiting | stuck).exists():
        found.append(None)
    rows = Segment.objects.filter(waiting | stuck)
    return [*found, *rows.order_by("pk").values_list("pk", flat=True)]


def begin_due(*, now: datetime) -> None:
    """Begin to go through segments whose conditions depend on the day, when theirs has come."""
    due = Segment.objects.filter(refresh_at__lte=now, state=WalkState.IDLE)
    for key in list(due.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            Segment.objects.filter(pk=key).update(refresh_at=None)
            begin_segment(key, now=now)


def ask_again(*, now: datetime) -> None:
    """Ask for when the next walk is due, or one under way may be stuck."""
    with transaction.atomic():
        is_open = (
            LevelPolicy.objects.filter(state__in=_OPEN).exists()
            or Segment.objects.filter(state__in=_OPEN).exists()
        )
        if is_open:
            ask(WALK, now + _STUCK_AFTER)
        ask(WALK, Segment.objects.aggregate(at=Min("refresh_at"))["at"])


def _begin(rows: QuerySet[LevelPolicy] | QuerySet[Segment], *, now: datetime) -> None:
    rows.update(
        state=WalkState.WAITING,
        cursor=None,
        done=0,
        total=present_members().count(),
        touched_at=now,
    )
    ask(WALK, now)


def _locked(key: UUID | None) -> LevelPolicy | Segment | None:
    if key is None:
        return LevelPolicy.objects.select_for_update(no_key=True).filter(pk=1).first()
    return Segment.objects.select_for_update(no_key=True).filter(pk=key).first()


def _finish(row: LevelPolicy | Segment, *, now: datetime) -> None:
    row.state, row.cursor = WalkState.IDLE, None
    if isinstance(row, Segment):
        row.counted_at = now
        publish(
            SegmentChanged(segment_id=row.pk, change="counted"), aggregate=f"segment:{row.pk.hex}"
        )
