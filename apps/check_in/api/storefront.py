"""Check-in over the store API."""

from __future__ import annotations

from datetime import date
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.check_in.plan import Plan, current_plan
from apps.check_in.selectors import MonthOfDays, month_of
from apps.check_in.services import Outcome, check_in, make_up
from kernel.common.time import local_date, utc_now
from kernel.members.api.authentication import IsMember, MemberAuthentication
from kernel.members.api.views import WriteThrottle
from kernel.members.models import Member
from kernel.tenancy.context import current_tenant


class DayShown(serializers.Serializer[Any]):
    """A day that the member has."""

    day = serializers.DateField()
    points = serializers.IntegerField()
    streak = serializers.IntegerField()
    made_up = serializers.BooleanField(source="is_made_up")


class MakeUpShown(serializers.Serializer[Any]):
    """What can be made up now."""

    left = serializers.IntegerField()
    cost = serializers.IntegerField()
    days = serializers.ListField(child=serializers.DateField())


class CalendarShown(serializers.Serializer[Any]):
    """A month, and where the member stands today."""

    month = serializers.CharField()
    today = serializers.DateField()
    has_today = serializers.BooleanField()
    streak = serializers.IntegerField()
    balance = serializers.IntegerField()
    next_points = serializers.IntegerField()
    days = DayShown(many=True)
    make_up = MakeUpShown()


class GivenShown(DayShown):
    """A day, and whether it was given by this request."""

    is_new = serializers.BooleanField()
    balance = serializers.IntegerField()


class MonthAsked(serializers.Serializer[Any]):
    """The month of the calendar, ``YYYY-MM``; this month when left out."""

    month = serializers.DateField(required=False, input_formats=["%Y-%m"])


class DayAsked(serializers.Serializer[Any]):
    """The day to repair."""

    day = serializers.DateField()


class MemberView(APIView):
    """A view for members."""

    authentication_classes = (MemberAuthentication,)
    permission_classes = (IsMember,)
    throttle_classes = (WriteThrottle,)

    @property
    def member(self) -> Member:
        """Who calls."""
        member = self.request.user
        assert isinstance(member, Member)  # noqa: S101  `IsMember` lets nobody else pass
        return member


class CalendarView(MemberView):
    """The member's month; and today's check-in."""

    @extend_schema(
        parameters=[OpenApiParameter("month", str, description="YYYY-MM")],
        responses=CalendarShown,
    )
    def get(self, request: Request) -> Response:
        """Return a month of the member."""
        asked = MonthAsked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        today = local_date(utc_now(), current_tenant().zone)
        plan = current_plan()
        month = month_of(
            self.member.id,
            first=asked.validated_data.get("month", today),
            today=today,
            window=plan.make_up_window,
        )
        return Response(CalendarShown(_calendar(month, plan)).data)

    @extend_schema(request=None, responses={200: GivenShown, 201: GivenShown})
    def post(self, request: Request) -> Response:
        """Check in today: 201 the first time, 200 with the same day after that."""
        outcome = check_in(self.member.id, now=utc_now(), zone=current_tenant().zone)
        return Response(_given(outcome), status=201 if outcome.is_new else 200)


class MakeUpView(MemberView):
    """Repairs a missed day."""

    @extend_schema(request=DayAsked, responses={200: GivenShown, 201: GivenShown})
    def post(self, request: Request) -> Response:
        """Repair a missed day: 201 the first time, 200 with the same day after that."""
        asked = DayAsked(data=request.data)
        asked.is_valid(raise_exception=True)
        day: date = asked.validated_data["day"]
        outcome = make_up(self.member.id, day=day, now=utc_now(), zone=current_tenant().zone)
        return Response(_given(outcome), status=201 if outcome.is_new else 200)


def _given(outcome: Outcome) -> dict[str, object]:
    row = outcome.check_in
    return GivenShown(
        {
            "day": row.day,
            "points": row.points,
            "streak": row.streak,
            "is_made_up": row.is_made_up,
            "is_new": outcome.is_new,
            "balance": row.balance_after,
        }
    ).data


def _calendar(month: MonthOfDays, plan: Plan) -> dict[str, object]:
    return {
        "month": f"{month.first:%Y-%m}",
        "today": month.today,
        "has_today": month.has_today,
        "streak": month.streak,
        "balance": month.balance,
        "next_points": plan.points_for(month.streak + 1),
        "days": list(month.days.values()),
        "make_up": {
            "left": max(plan.make_ups_per_month - month.make_ups_used, 0),
            "cost": plan.make_up_cost,
            "days": month.open_days(plan),
        },
    }
