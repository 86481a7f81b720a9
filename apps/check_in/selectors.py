"""Reads days."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.check_in.models import CheckIn
from apps.check_in.plan import Plan

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MonthOfDays:
    """A member's month.

    Attributes:
        first: the month's first day.
        days: the month's days that the member has.
        recent: also the days before today that could be made up, and today.
        streak: days in a row up to today, or up to yesterday while today is open.
        make_ups_used: in the month of today.
    """

    first: date
    today: date
    days: Mapping[date, CheckIn]
    recent: frozenset[date]
    streak: int
    balance: int
    make_ups_used: int

    @property
    def has_today(self) -> bool:
        """True when today is done."""
        return self.today in self.recent

    @property
    def last(self) -> date:
        """The month's last day."""
        return self.first.replace(day=calendar.monthrange(self.first.year, self.first.month)[1])

    def open_days(self, plan: Plan) -> list[date]:
        """Return the days that could be made up now, the newest first."""
        if self.make_ups_used >= plan.make_ups_per_month or self.balance < plan.make_up_cost:
            return []
        back = (self.today - number * _DAY for number in range(1, plan.make_up_window + 1))
        return [day for day in back if day not in self.recent]


def month_of(member_id: UUID, *, first: date, today: date, window: int) -> MonthOfDays:
    """Return a member's month; one query.

    Args:
        member_id: the member.
        first: any day of the month; it becomes the first.
        today: in the tenant's zone.
        window: how many days back can be made up.
    """
    first = first.replace(day=1)
    following = _next_month(first)
    latest = CheckIn.objects.filter(member_id=member_id).order_by("-id").values("id")[:1]
    rows = CheckIn.objects.filter(
        Q(day__gte=first, day__lt=following)
        | Q(day__gte=today - max(window, 1) * _DAY, day__lte=today)
        | Q(made_up_on__gte=today.replace(day=1), made_up_on__lte=today)
        | Q(id__in=latest),
        member_id=member_id,
    ).order_by("id")
    found = list(rows)
    by_day = {row.day: row for row in found}
    run = by_day.get(today) or by_day.get(today - _DAY)
    used = [row for row in found if row.made_up_on and row.made_up_on >= today.replace(day=1)]
    return MonthOfDays(
        first=first,
        today=today,
        days={day: row for day, row in sorted(by_day.items()) if first <= day < following},
        recent=frozenset(by_day),
        streak=run.streak if run else 0,
        balance=found[-1].balance_after if found else 0,
        make_ups_used=len(used),
    )


def balance_of(member_id: UUID) -> int:
    """Return a member's points; one query."""
    found = (
        CheckIn.objects.filter(member_id=member_id)
        .order_by("-id")
        .values_list("balance_after", flat=True)
        .first()
    )
    return found or 0


def make_ups_used(member_id: UUID, *, today: date) -> int:
    """Return how many days a member repaired in the month of today; one query."""
    first = today.replace(day=1)
    return CheckIn.objects.filter(
        member_id=member_id, made_up_on__gte=first, made_up_on__lt=_next_month(first)
    ).count()


def records(
    *, search: str = "", since: date | None = None, until: date | None = None
) -> QuerySet[CheckIn]:
    """Return check-ins, the newest first, with their members.

    Args:
        search: part of a member's name or login.
        since: first day.
        until: last day.
    """
    found = CheckIn.objects.select_related("member").order_by("-day", "-id")
    if search:
        found = found.filter(Q(member__name__icontains=search) | Q(member__login__icontains=search))
    if since:
        found = found.filter(day__gte=since)
    if until:
        found = found.filter(day__lte=until)
    return found


def _next_month(first: date) -> date:
    return (first + 31 * _DAY).replace(day=1)
