"""What can be asked about levels and segments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, QuerySet

from kernel.levels.errors import UnknownLevel, UnknownSegment
from kernel.levels.facts import Fact, known_facts, values_of
from kernel.levels.models import Level, LevelChange, Segment, SegmentMember, Standing
from kernel.levels.policy import current_policy
from kernel.levels.services.growth import growth_of
from kernel.levels.services.reviewing import facts_asked, levels_in_use
from kernel.members.models import Member

_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Step:
    """How far a member is with one condition of the next level."""

    fact: Fact
    value: int
    at_least: int

    @property
    def percent(self) -> int:
        """How much of it is done, 0 to 100."""
        return min(max(self.value, 0) * _WHOLE // self.at_least, _WHOLE)

    @property
    def missing(self) -> int:
        """What is missing."""
        return max(self.at_least - self.value, 0)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a member stands.

    Attributes:
        level: the present one; None for none.
        next: the level above it that conditions lead to; None at the top.
        steps: what the next one asks for.
        is_any: one of the steps is enough.
        falls_at: when the present one goes, unless conditions are met again.
        is_used: False in a shop without levels.
    """

    growth: int
    level: Level | None
    since: datetime | None
    next: Level | None
    steps: Sequence[Step]
    is_any: bool
    falls_at: datetime | None
    is_fixed: bool
    is_used: bool

    @property
    def percent(self) -> int:
        """How far it is to the next level, 0 to 100."""
        found = [step.percent for step in self.steps]
        if not found:
            return _WHOLE
        return max(found) if self.is_any else min(found)


def progress_of(member_id: UUID, *, now: datetime) -> Progress:
    """Return where a member stands; a fixed number of queries, one in a shop without levels."""
    levels = levels_in_use()
    if not levels:
        return Progress(0, None, None, None, (), False, None, False, False)
    standing = Standing.objects.filter(pk=member_id).first()
    own = next((each for each in levels if standing and each.pk == standing.level_id), None)
    rank = own.rank if own else -1
    above = [each for each in levels if each.rank > rank and each.conditions]
    following = above[-1] if above else None
    return Progress(
        growth=growth_of(member_id),
        level=own,
        since=standing.since if standing and own else None,
        next=following,
        steps=_steps(member_id, following, now=now) if following else (),
        is_any=bool(following and following.match == "any"),
        falls_at=standing.falls_at if standing and own else None,
        is_fixed=bool(standing and standing.is_fixed),
        is_used=True,
    )


def _steps(member_id: UUID, level: Level, *, now: datetime) -> list[Step]:
    policy = current_policy()
    since = now - timedelta(days=policy.window_days) if policy.window_days else None
    facts = {fact.code: fact for fact in known_facts()}
    values = values_of(facts_asked([level]), [member_id], since=since)[member_id]
    return [
        Step(facts[each["fact"]], values.get(each["fact"], 0), each["at_least"])
        for each in level.conditions
        if each["fact"] in facts
    ]


def history_of(member_id: UUID) -> QuerySet[LevelChange]:
    """Return the changes of a member's level, the latest first."""
    rows = LevelChange.objects.filter(member_id=member_id).select_related("before", "after")
    return rows.order_by("-id")


def level_with(level_id: UUID) -> Level:
    """Return a level.

    Raises:
        UnknownLevel: there is none.
    """
    row = Level.objects.filter(pk=level_id).first()
    if row is None:
        raise UnknownLevel
    return row


def segment_with(segment_id: UUID) -> Segment:
    """Return a segment.

    Raises:
        UnknownSegment: there is none.
    """
    row = Segment.objects.filter(pk=segment_id).first()
    if row is None:
        raise UnknownSegment
    return row


def counts_by_level() -> dict[UUID, int]:
    """Return how many members have each level; one query."""
    rows = Standing.objects.filter(level__isnull=False).order_by().values("level_id")
    return {row["level_id"]: row["n"] for row in rows.annotate(n=Count("pk"))}


def levels_by_member(member_ids: Iterable[UUID]) -> Mapping[UUID, Level]:
    """Return the levels of those members who have one; one query."""
    rows = Standing.objects.filter(member__in=list(member_ids), level__is_active=True)
    return {row.member_id: row.level for row in rows.select_related("level") if row.level}


def segments_by_name(member_id: UUID) -> list[Segment]:
    """Return the segments of a member."""
    own = SegmentMember.objects.filter(member_id=member_id).values("segment_id")
    return list(Segment.objects.filter(pk__in=own).order_by("name", "id"))


def members_in(segment_id: UUID) -> QuerySet[Member]:
    """Return who belongs to a segment, the latest first."""
    rows = SegmentMember.objects.filter(segment_id=segment_id).values("member_id")
    return Member.objects.filter(pk__in=rows).order_by("-created_at", "-id")
