"""What a shop used of its plan, over the admin API."""

from __future__ import annotations

from typing import Any, Final

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import items_of
from kernel.common.time import utc_now
from kernel.quotas.selectors import Standing, standings

VIEW: Final = "plan.view"


class UsageShown(serializers.Serializer[Any]):
    """A meter as it stands now."""

    meter = serializers.CharField(help_text="orders, sms, staff or media")
    used = serializers.IntegerField()
    most = serializers.IntegerField(allow_null=True, help_text="where it ends; null for nowhere")
    soft = serializers.IntegerField(allow_null=True, help_text="where people are told")
    percent = serializers.IntegerField()
    state = serializers.CharField(help_text="free, ok, near, full or over")
    begins_anew_at = serializers.DateTimeField(allow_null=True)


class UsageView(StaffView):
    """What was used."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=items_of(UsageShown))
    def get(self, request: Request) -> Response:
        """Return what was used of the plan and what it allows."""
        return Response({"items": [_shown(each) for each in standings(now=utc_now())]})


def _shown(standing: Standing) -> dict[str, object]:
    return {
        "meter": standing.meter.code,
        "used": standing.used,
        "most": standing.limit.most,
        "soft": standing.limit.soft,
        "percent": standing.percent,
        "state": standing.state,
        "begins_anew_at": standing.period.end,
    }


urlpatterns = [path("", UsageView.as_view())]
