"""Figures of a partner's tenants over the channel API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, Sum
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from channel_center.console.selectors import module_name
from channel_center.figures.balances import standing_for
from channel_center.figures.models import ShopDay
from channel_center.partners.api.authentication import PartnerView
from channel_center.partners.api.tenants import tenant_of
from channel_center.partners.selectors import visible_tenants
from kernel.api.openapi.answers import items_of
from kernel.common.money import Money
from kernel.common.time import local_date, utc_now
from tenants.choices import LIVING, InstallState
from tenants.models import ModuleInstall

_VIEW: Final = "tenants.view"
DAYS: Final = 30
MOST_DAYS: Final = 366


class UseShown(serializers.Serializer[Any]):
    """A function, and in how many tenants it is on."""

    module = serializers.CharField()
    name = serializers.CharField()
    tenants = serializers.IntegerField()


class FiguresShown(serializers.Serializer[Any]):
    """How things stand now."""

    overdue = serializers.IntegerField(help_text="Functions that were not paid in time.")
    overdue_tenants = serializers.IntegerField()
    modules = UseShown(many=True)


class DayShown(serializers.Serializer[Any]):
    """A day of the partner's tenants, in one currency."""

    day = serializers.DateField()
    currency = serializers.CharField()
    visits = serializers.IntegerField()
    visitors = serializers.IntegerField()
    paid_orders = serializers.IntegerField()
    takings = serializers.CharField()
    refunded = serializers.CharField()


class FiguresView(PartnerView):
    """How things stand."""

    permissions_by_method = {"GET": _VIEW}

    @extend_schema(responses=FiguresShown)
    def get(self, request: Request) -> Response:
        """Return arrears and the use of functions."""
        standing = standing_for(self.asks)
        return Response(
            {
                "overdue": standing.overdue if standing is not None else 0,
                "overdue_tenants": standing.overdue_shops if standing is not None else 0,
                "modules": [
                    {"module": code, "name": module_name(code), "tenants": number}
                    for code, number in _use(self)
                ],
            }
        )


class DaysView(PartnerView):
    """Trade, day by day."""

    permissions_by_method = {"GET": _VIEW}

    @extend_schema(
        responses=items_of(DayShown),
        parameters=[
            OpenApiParameter("days", int, description="So many up to today; 30 else, at most 366."),
            OpenApiParameter("tenant", str, description="Of one tenant alone."),
        ],
    )
    def get(self, request: Request) -> Response:
        """Return visits, orders and takings; days without any are left out."""
        asked = request.query_params.get("days", "")
        days = int(asked) if asked.isdecimal() and len(asked) < len(str(MOST_DAYS)) + 1 else DAYS
        since = local_date(utc_now(), settings.TIME_ZONE) - timedelta(
            days=min(max(days, 1), MOST_DAYS) - 1
        )
        seen = visible_tenants(self.asks)
        if tenant := request.query_params.get("tenant", ""):
            seen = seen.filter(pk=tenant_of(self.asks, tenant).pk)
        names = ("visits", "visitors", "paid", "paid_minor", "refunded_minor")
        rows = (
            ShopDay.objects.filter(tenant_id__in=seen.values("pk"), day__gte=since)
            .values("day", "currency")
            .annotate(**{f"sum_{name}": Sum(name) for name in names})
            .order_by("day", "currency")
        )
        return Response({"items": [_day(row) for row in rows]})


def _use(view: PartnerView) -> Iterable[tuple[str, int]]:
    living = visible_tenants(view.asks).filter(state__in=LIVING)
    on = ModuleInstall.objects.filter(tenant__in=living.values("pk"), state=InstallState.ENABLED)
    return on.values_list("module").annotate(number=Count("pk")).order_by("-number", "module")


def _day(row: Mapping[str, Any]) -> dict[str, object]:
    currency = str(row["currency"])
    return {
        "day": row["day"],
        "currency": currency,
        "visits": row["sum_visits"],
        "visitors": row["sum_visitors"],
        "paid_orders": row["sum_paid"],
        "takings": str(Money(row["sum_paid_minor"], currency).decimal()),
        "refunded": str(Money(row["sum_refunded_minor"], currency).decimal()),
    }
