"""Decides which level members have: up at once, down after the grace period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Min

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.outbox.publishing import publish
from kernel.levels.choices import ChangeKind, Match
from kernel.levels.errors import UnknownLevel
from kernel.levels.events import LevelChanged
from kernel.levels.facts import next_losses, values_of
from kernel.levels.models import Level, LevelChange, LevelPolicy, Standing
from kernel.levels.services.walking import present_members
from kernel.members.errors import UnknownMember
from kernel.members.models import Member
from kernel.tenancy.schedules import ask

REVIEW: Final = "levels.review"
AT_ONCE: Final = 1_000


def levels_in_use() -> list[Level]:
    """Return the levels that members can have, the highest first."""
    return list(Level.objects.filter(is_active=True).order_by("-rank"))


def facts_asked(levels: Iterable[Level]) -> list[str]:
    """Return the facts that the conditions of levels ask for."""
    codes = (each["fact"] for level in levels for each in level.conditions)
    return list(dict.fromkeys(codes))


def holds(level: Level, facts: Mapping[str, int]) -> bool:
    """Tell whether a level's conditions hold; without conditions it is given by hand alone."""
    answers = [facts.get(each["fact"], 0) >= each["at_least"] for each in level.conditions]
    if not answers:
        return False
    return any(answers) if level.match == Match.ANY else all(answers)


@transaction.atomic
def review(member_ids: Sequence[UUID], *, now: datetime) -> int:
    """Look at the levels of members; return how many changed.

    A fixed number of statements, and one for each who changes. Nothing is written of
    members who have no level and reach none.
    """
    levels, policy = levels_in_use(), _policy()
    if not levels and not Standing.objects.filter(member__in=member_ids).exists():
        return 0
    known = present_members().filter(pk__in=member_ids)
    ids = sorted(known.values_list("pk", flat=True))
    earned = _earned(levels, ids, policy, now=now)
    Standing.objects.bulk_create(
        [Standing(member_id=key, since=now) for key in ids if earned[key].level is not None],
        ignore_conflicts=True,
    )
    rows = list(Standing.objects.select_for_update().filter(member__in=ids).order_by("pk"))
    # Facts as they are now that nobody else decides.
    earned = _earned(levels, [row.member_id for row in rows], policy, now=now)
    by_id = {level.pk: level for level in Level.objects.all()}
    changed = 0
    for row in rows:
        before = by_id.get(row.level_id) if row.level_id else None
        changed += _decide(row, before, earned[row.member_id], policy, now=now)
    _ask(rows)
    return changed


@transaction.atomic
def set_level(
    member_id: UUID,
    level_id: UUID | None,
    *,
    is_fixed: bool,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Standing:
    """Give a member a level by hand, or none, on the record.

    Args:
        member_id: whose.
        level_id: the level; None takes it away.
        is_fixed: conditions leave it alone from now on.
        reason: why; may be empty.
        actor: who decides.
        now: the moment.

    Raises:
        UnknownMember: there is no such member, or he is gone.
        UnknownLevel: there is none, or it is not in use.
    """
    member = present_members().filter(pk=member_id).first()
    if member is None:
        raise UnknownMember
    level = Level.objects.filter(pk=level_id, is_active=True).first() if level_id else None
    if level_id and level is None:
        raise UnknownLevel
    Standing.objects.bulk_create([Standing(member=member, since=now)], ignore_conflicts=True)
    row = Standing.objects.select_for_update().get(pk=member_id)
    before = Level.objects.filter(pk=row.level_id).first() if row.level_id else None
    was_fixed, row.is_fixed, row.falls_at = row.is_fixed, is_fixed, None
    # What conditions say is looked at when the grace period that begins now is over.
    row.review_at = None if is_fixed else now + timedelta(days=_policy().grace_days)
    row.falls_at = row.review_at
    if before != level:
        _change(row, before, level, ChangeKind.BY_HAND, now=now, reason=reason, actor=actor)
    row.save()
    _ask([row])
    record(
        action="levels.set",
        actor=actor,
        obj=member,
        before={"level": before.code if before else None, "is_fixed": was_fixed},
        after={"level": level.code if level else None, "is_fixed": is_fixed},
        reason=reason,
        now=now,
    )
    return row


def review_due(*, now: datetime) -> int:
    """Look at those whose time has come, some hundred at once; return how many."""
    with transaction.atomic():
        rows = Standing.objects.select_for_update(skip_locked=True).filter(review_at__lte=now)
        due = list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
        if due:
            Standing.objects.filter(pk__in=due).update(review_at=None)
            review(due, now=now)
    return len(due)


def ask_for_next() -> None:
    """Ask for when the next member is due."""
    with transaction.atomic():
        ask(REVIEW, Standing.objects.aggregate(at=Min("review_at"))["at"])


@dataclass(frozen=True, slots=True)
class _Earned:
    """What conditions say of a member: the level, and when that may change by itself."""

    level: Level | None
    changes_at: datetime | None


def _policy() -> LevelPolicy:
    return LevelPolicy.objects.filter(pk=1).first() or LevelPolicy()


def _earned(
    levels: Sequence[Level], ids: Sequence[UUID], policy: LevelPolicy, *, now: datetime
) -> dict[UUID, _Earned]:
    codes = facts_asked(levels)
    window = timedelta(days=policy.window_days) if policy.window_days else None
    facts = values_of(codes, ids, since=now - window if window else None)
    losses = next_losses(codes, ids, now=now, window=window) if window else {}
    found = {}
    for key in ids:
        level = next((each for each in levels if holds(each, facts[key])), None)
        found[key] = _Earned(level, losses.get(key) if level else None)
    return found


def _decide(
    row: Standing,
    before: Level | None,
    earned: _Earned,
    policy: LevelPolicy,
    *,
    now: datetime,
) -> bool:
    """Move a locked standing to where it belongs; return whether the level changed."""
    if before is not None and not before.is_active:
        row.is_fixed = False
        return _move(row, before, earned, ChangeKind.RETIRED, now=now)
    if row.is_fixed:
        return False
    now_rank = before.rank if before else -1
    earned_rank = earned.level.rank if earned.level else -1
    if earned_rank >= now_rank:
        if earned_rank > now_rank:
            return _move(row, before, earned, ChangeKind.EARNED, now=now)
        row.falls_at, row.review_at = None, earned.changes_at
        row.save(update_fields=["falls_at", "review_at"])
        return False
    falls_at = row.falls_at or now + timedelta(days=policy.grace_days)
    if falls_at <= now:
        return _move(row, before, earned, ChangeKind.LOST, now=now)
    row.falls_at = row.review_at = falls_at
    row.save(update_fields=["falls_at", "review_at"])
    return False


def _move(
    row: Standing, before: Level | None, earned: _Earned, kind: ChangeKind, *, now: datetime
) -> bool:
    _change(row, before, earned.level, kind, now=now)
    row.falls_at, row.review_at = None, earned.changes_at
    row.save()
    return True


def _change(
    row: Standing,
    before: Level | None,
    after: Level | None,
    kind: ChangeKind,
    *,
    now: datetime,
    **told: Any,
) -> None:
    row.level, row.since = after, now
    note_change(row.member_id, before, after, kind, now=now, **told)


def note_change(
    member_id: UUID,
    before: Level | None,
    after: Level | None,
    kind: ChangeKind,
    *,
    now: datetime,
    reason: str = "",
    actor: Actor | None = None,
) -> None:
    """Write a change down, and tell it, in the caller's transaction."""
    LevelChange.objects.create(
        member_id=member_id,
        before=before,
        after=after,
        kind=kind,
        reason=reason[:200],
        actor=str(actor)[:80] if actor else "",
        at=now,
    )
    publish(
        LevelChanged(
            member_id=member_id,
            before=before.code if before else "",
            after=after.code if after else "",
            is_up=(after.rank if after else -1) > (before.rank if before else -1),
            kind=kind.value,
        ),
        aggregate=f"member:{member_id}",
    )


def _ask(rows: Iterable[Standing]) -> None:
    moments = [row.review_at for row in rows if row.review_at is not None]
    ask(REVIEW, min(moments, default=None))


def levels_of(member_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Return the code of the level of members, as groups of buyers take it; one query."""
    found: dict[UUID, list[str]] = {key: [] for key in member_ids}
    rows = Standing.objects.filter(member__in=list(found), level__is_active=True)
    for key, code in rows.values_list("member_id", "level__code"):
        found[key].append(code)
    return found


def hand_over(kept_id: UUID, absorbed_id: UUID, actor: Actor, now: datetime) -> None:
    """Keep the higher level of two accounts; joined to the merging of members."""
    standings = Standing.objects.select_for_update().filter(member__in=[kept_id, absorbed_id])
    rows = {row.member_id: row for row in standings.order_by("pk").select_related(None)}
    own, other = rows.get(kept_id), rows.get(absorbed_id)
    levels = {level.pk: level for level in Level.objects.all()}
    theirs = levels.get(other.level_id) if other and other.level_id else None
    mine = levels.get(own.level_id) if own and own.level_id else None
    if other is not None:
        Standing.objects.filter(pk=absorbed_id).update(level=None, review_at=None, falls_at=None)
    if theirs is None or (mine is not None and mine.rank >= theirs.rank):
        return
    row = own or Standing(member_id=kept_id)
    _change(row, mine, theirs, ChangeKind.MERGED, now=now)
    row.is_fixed, row.review_at = bool(other and other.is_fixed), now
    row.save()
    _ask([row])


def forget(member_id: UUID, now: datetime) -> None:
    """Take the level of a person who goes; joined to the erasing of members."""
    Standing.objects.filter(member_id=member_id).update(level=None, review_at=None, falls_at=None)


def members_with(level: Level) -> int:
    """Return how many members have a level."""
    gone = Member.objects.filter(pk__in=Standing.objects.filter(level=level).values("member"))
    return gone.count()
