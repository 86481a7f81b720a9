"""Makes levels and segments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from secrets import token_hex
from typing import Any
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.levels.models import Level, Segment
from kernel.levels.services import create_level, create_segment
from kernel.levels.tasks import walk_once

ACTOR = Actor.system("tests")


def make_level(
    code: str, rank: int, *conditions: tuple[str, int], now: datetime | None = None, **told: Any
) -> Level:
    """Make a level that is reached from figures on: ``("growth", 100)``."""
    asked = [{"fact": fact, "at_least": least} for fact, least in conditions]
    told = {"name": code.title(), "rank": rank, "conditions": asked, **told}
    return create_level(code, told, actor=ACTOR, now=now or utc_now())


def make_segment(
    *conditions: Mapping[str, Any], code: str = "", now: datetime | None = None, **told: Any
) -> Segment:
    """Make a segment by conditions, and work out who belongs to it."""
    label = code or token_hex(4)
    moment = now or utc_now()
    row = create_segment(
        code=label,
        name=label.title(),
        conditions=conditions,
        is_dynamic=bool(conditions),
        actor=ACTOR,
        now=moment,
        **told,
    )
    walk_all(row.pk, now=moment)
    return Segment.objects.get(pk=row.pk)


def walk_all(key: UUID | None = None, *, now: datetime | None = None, size: int = 1_000) -> None:
    """Go through all members, for levels or for a segment."""
    while walk_once(key, now=now or utc_now(), size=size):
        pass
