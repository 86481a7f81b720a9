"""The storefront's page: a calendar, one large button, no script needed."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.check_in.models import CheckIn
from apps.check_in.plan import Plan, current_plan
from apps.check_in.selectors import MonthOfDays, month_of
from apps.check_in.services import check_in, make_up
from kernel.common.errors import DomainError
from kernel.common.time import local_date, utc_now
from kernel.members.middleware import member_of
from kernel.members.models import Member
from kernel.tenancy.context import current_tenant

P = ParamSpec("P")
_DAY = timedelta(days=1)
_FIRST_YEAR = 2000
_LAST_YEAR = 9998


@dataclass(frozen=True, slots=True)
class Cell:
    """A day as the calendar draws it."""

    day: date
    is_of_month: bool
    is_today: bool
    check_in: CheckIn | None
    can_be_made_up: bool

    @property
    def label(self) -> str:
        """What a screen reader says."""
        text = date_format(self.day, "DATE_FORMAT")
        if self.check_in is None:
            return text
        return _("%(day)s: checked in") % {"day": text}

    @property
    def make_up_label(self) -> str:
        """What a screen reader says where a tap repairs the day."""
        return _("Make up %(day)s") % {"day": date_format(self.day, "DATE_FORMAT")}


def for_members(
    view: Callable[Concatenate[HttpRequest, Member, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Ask strangers to sign in first, and hand the member to the view."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        member = member_of(request)
        if member is None:
            path = reverse("check_in:calendar")
            return redirect(f"{reverse('account:sign-in')}?{urlencode({'next': path})}")
        return view(request, member, *args, **kwargs)

    return guarded  # type: ignore[return-value]  # wraps() types the request by name


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def calendar_page(request: HttpRequest) -> HttpResponse:
    """Show a month; or check in and show it again."""
    if request.method == "POST":
        return _check_in(request)
    today = local_date(utc_now(), current_tenant().zone)
    first = _asked_month(request.GET.get("month", ""), today)
    plan, member = current_plan(), member_of(request)
    month = _month(member, first=first, today=today, plan=plan)
    return render(
        request, "check_in/calendar.html", _context(request, member, month, plan), using="jinja2"
    )


@for_members
def _check_in(request: HttpRequest, member: Member) -> HttpResponse:
    outcome = check_in(member.id, now=utc_now(), zone=current_tenant().zone)
    points = outcome.check_in.points
    if outcome.is_new:
        text = ngettext("Checked in: %(points)s point", "Checked in: %(points)s points", points)
        messages.success(request, text % {"points": points})
    else:
        messages.info(request, _("You have already checked in today."))
    return redirect("check_in:calendar")


@never_cache
@require_POST
@for_members
def make_up_day(request: HttpRequest, member: Member) -> HttpResponse:
    """Repair the day that was tapped."""
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
        outcome = make_up(member.id, day=day, now=utc_now(), zone=current_tenant().zone)
    except ValueError:
        messages.error(request, _("This day cannot be made up."))
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        text = _("%(day)s was made up. You have %(streak)s days in a row.")
        shown = {
            "day": date_format(day, "MONTH_DAY_FORMAT"),
            "streak": outcome.check_in.streak,
        }
        messages.success(request, text % shown)
    return redirect("check_in:calendar")


def _asked_month(text: str, today: date) -> date:
    try:
        first = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007  a calendar month has no zone
    except ValueError:
        return today.replace(day=1)
    return first if _FIRST_YEAR <= first.year <= _LAST_YEAR else today.replace(day=1)


def _month(member: Member | None, *, first: date, today: date, plan: Plan) -> MonthOfDays:
    if member is None:
        return MonthOfDays(first, today, {}, frozenset(), streak=0, balance=0, make_ups_used=0)
    return month_of(member.id, first=first, today=today, window=plan.make_up_window)


def _short(weekday: str) -> str:
    """Return 一 of 星期一: on a phone a column has room for no more."""
    return weekday.removeprefix("星期")


def _context(
    request: HttpRequest, member: Member | None, month: MonthOfDays, plan: Plan
) -> dict[str, object]:
    upcoming = month.streak + (0 if month.has_today else 1)
    return {
        "member": member,
        "month": month,
        "plan": plan,
        "title": date_format(month.first, "YEAR_MONTH_FORMAT"),
        "weekdays": [_short(str(WEEKDAYS_ABBR[number])) for number in range(7)],
        "weeks": _weeks(month, plan if member else None),
        "previous": f"{month.first - _DAY:%Y-%m}",
        "next": f"{month.last + _DAY:%Y-%m}" if month.last < month.today else "",
        "points_now": plan.points_for(max(upcoming, 1)),
        "texts": _texts(month, plan),
        "notices": list(messages.get_messages(request)),
    }


def _texts(month: MonthOfDays, plan: Plan) -> dict[str, str]:
    tomorrow = plan.points_for(month.streak + 1)
    bonus = plan.next_bonus(month.streak)
    left = max(plan.make_ups_per_month - month.make_ups_used, 0)
    return {
        "tomorrow": ngettext(
            "Tomorrow brings %(points)s point.", "Tomorrow brings %(points)s points.", tomorrow
        )
        % {"points": tomorrow},
        "bonus": _("%(days)s days in a row bring %(points)s points more.")
        % {"days": bonus[0], "points": bonus[1]}
        if bonus
        else "",
        "make_ups": _("Make-ups left this month: %(left)s. Points for each: %(cost)s.")
        % {"left": left, "cost": plan.make_up_cost},
    }


def _weeks(month: MonthOfDays, plan: Plan | None) -> Sequence[Sequence[Cell]]:
    open_days = frozenset(month.open_days(plan)) if plan else frozenset()
    return [
        [
            Cell(
                day=day,
                is_of_month=day.month == month.first.month,
                is_today=day == month.today,
                check_in=month.days.get(day),
                can_be_made_up=day in open_days,
            )
            for day in week
        ]
        for week in calendar.Calendar().monthdatescalendar(month.first.year, month.first.month)
    ]
