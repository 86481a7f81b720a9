"""Checks members in, and repairs days that they missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from apps.check_in.errors import DayNotOpen, NoMakeUpLeft, NotEnoughPoints
from apps.check_in.events import CheckedIn
from apps.check_in.models import CheckIn
from apps.check_in.plan import Plan, current_plan
from apps.check_in.selectors import balance_of, make_ups_used
from kernel.common.outbox.publishing import publish
from kernel.common.time import local_date
from kernel.levels.services import grow
from kernel.members.models import Member

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A day that a member has.

    Attributes:
        is_new: False when he had it before, so that nothing was given now.
    """

    check_in: CheckIn
    is_new: bool


@transaction.atomic
def check_in(member_id: UUID, *, now: datetime, zone: str) -> Outcome:
    """Give a member today, and its points; once, however often it is asked.

    Args:
        member_id: the member.
        now: the moment of the tap.
        zone: the tenant's, which decides what today is.
    """
    _lock(member_id)
    today = local_date(now, zone)
    kept = {row.day: row for row in _rows(member_id, days=[today - _DAY, today])}
    if today in kept:
        return Outcome(kept[today], is_new=False)
    yesterday = kept.get(today - _DAY)
    streak = yesterday.streak + 1 if yesterday else 1
    plan = current_plan()
    points = plan.points_for(streak)
    row = CheckIn.objects.create(
        member_id=member_id,
        day=today,
        points=points,
        balance_after=balance_of(member_id) + points,
        streak=streak,
    )
    _tell(row)
    grow(member_id, plan.growth, key=f"check_in:{row.pk}", now=now)
    return Outcome(row, is_new=True)


@transaction.atomic
def make_up(member_id: UUID, *, day: date, now: datetime, zone: str) -> Outcome:
    """Repair a missed day: the runs before and after it become one.

    It costs points and brings none. Asked again for the same day it does nothing.

    Raises:
        DayNotOpen: today, to come, or further back than the plan allows.
        NoMakeUpLeft: the month's make-ups are used.
        NotEnoughPoints: the member cannot pay.
    """
    _lock(member_id)
    plan, today = current_plan(), local_date(now, zone)
    if existing := _rows(member_id, days=[day]):
        return Outcome(existing[0], is_new=False)
    if not today - timedelta(days=plan.make_up_window) <= day < today:
        raise DayNotOpen(day=day.isoformat())
    if make_ups_used(member_id, today=today) >= plan.make_ups_per_month:
        raise NoMakeUpLeft(per_month=plan.make_ups_per_month)
    balance = balance_of(member_id)
    if balance < plan.make_up_cost:
        raise NotEnoughPoints(cost=plan.make_up_cost, balance=balance)
    return Outcome(
        _close_gap(member_id, day=day, today=today, balance=balance, plan=plan), is_new=True
    )


def _close_gap(member_id: UUID, *, day: date, today: date, balance: int, plan: Plan) -> CheckIn:
    before = _rows(member_id, days=[day - _DAY])
    row = CheckIn.objects.create(
        member_id=member_id,
        day=day,
        points=0,
        cost=plan.make_up_cost,
        balance_after=balance - plan.make_up_cost,
        streak=before[0].streak + 1 if before else 1,
        made_up_on=today,
    )
    later = CheckIn.objects.filter(member_id=member_id, day__gt=day).order_by("day")
    run = []
    for number, (key, later_day) in enumerate(later.values_list("id", "day"), start=1):
        if later_day != day + number * _DAY:
            break
        run.append(key)
    CheckIn.objects.filter(id__in=run).update(streak=F("streak") + row.streak)
    _tell(row)
    return row


def _lock(member_id: UUID) -> None:
    """Put what one member does one after the other: two taps would both find no row for today."""
    Member.objects.select_for_update(no_key=True).only("id").get(pk=member_id)


def _rows(member_id: UUID, *, days: list[date]) -> list[CheckIn]:
    return list(CheckIn.objects.filter(member_id=member_id, day__in=days))


def _tell(row: CheckIn) -> None:
    publish(
        CheckedIn(
            member_id=row.member_id,
            day=row.day,
            points=row.points,
            streak=row.streak,
            made_up=row.is_made_up,
        ),
        aggregate=f"member:{row.member_id.hex}",
    )
