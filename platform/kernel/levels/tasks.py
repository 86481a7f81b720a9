"""Levels and segments in the background, and by the clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kernel.common.time import utc_now
from kernel.levels.facts import Scope
from kernel.levels.models import Walk
from kernel.levels.policy import current_policy
from kernel.levels.services.growth import settle_orders, unsettled
from kernel.levels.services.reviewing import ask_for_next, review, review_due
from kernel.levels.services.segments import work_batch
from kernel.levels.services.walking import (
    AT_ONCE,
    ask_again,
    begin_due,
    open_walks,
    present_members,
    step,
)
from kernel.tenancy.tasks import enqueue, tenant_task

_SPAN: Final = timedelta(seconds=120)
_MEMBERS_AT_ONCE: Final = 500


@tenant_task(name="levels.walk")
def walk(key: str) -> None:
    """Go through members for two minutes, then hand over to the next task."""
    until = utc_now() + _SPAN
    while walk_once(UUID(key) if key else None, now=utc_now()):
        if utc_now() >= until:
            enqueue(walk, key=key)
            return


def walk_once(key: UUID | None, *, now: datetime, size: int = AT_ONCE) -> bool:
    """Do the next batch of a walk, of levels or of a segment; return whether there is another."""
    if key is None:
        # Growth is booked order by order: a batch of many would be a long transaction.
        return step(key, _levels_batch, now=now, size=min(size, _MEMBERS_AT_ONCE))
    return step(key, work_batch, now=now, size=size)


def walk_due(*, now: datetime) -> None:
    """Begin what is due and go on with what stands still; what a schedule calls."""
    begin_due(now=now)
    for key in open_walks(now=now):
        enqueue(walk, key=str(key or ""))
    ask_again(now=now)


def review_levels(*, now: datetime) -> None:
    """Look at members whose time has come; what a schedule calls."""
    while review_due(now=now):
        pass
    ask_for_next()


def _levels_batch(row: Walk, after: UUID | None, until: UUID, now: datetime) -> int:
    members = Scope(after=after, until=until).within(present_members(), "pk")
    ids = list(members.order_by("pk").values_list("pk", flat=True))
    settle_orders(unsettled(ids), current_policy(), now=now)
    review(ids, now=now)
    return len(ids)
