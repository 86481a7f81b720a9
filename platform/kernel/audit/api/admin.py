"""The log over the admin API: it is read, and that is all."""

from __future__ import annotations

from typing import Any, Final

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import page_of, paging
from kernel.audit.limits import CHECKED
from kernel.audit.models import AuditEntry
from kernel.audit.sealing import standing
from kernel.audit.selectors import AuditFilter, entries_matching
from kernel.common.time import utc_now
from kernel.tenancy.context import current_tenant

VIEW: Final = "audit.view"
_OUTSIDE: Final = "operator"


class Newest(CursorPagination):
    """Pages with the newest first."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "-sequence"


class EntriesAsked(serializers.Serializer[Any]):
    """Which entries; moments in ISO 8601."""

    text = serializers.CharField(required=False, max_length=120, help_text="anywhere in an entry")
    action = serializers.CharField(required=False, max_length=120)
    actor_id = serializers.CharField(required=False, max_length=64)
    actor_name = serializers.CharField(required=False, max_length=120)
    object_type = serializers.CharField(required=False, max_length=120)
    object_id = serializers.CharField(required=False, max_length=64)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class EntryShown(serializers.Serializer[Any]):
    """An entry; whoever works for the provider is not named."""

    sequence = serializers.IntegerField()
    at = serializers.DateTimeField()
    action = serializers.CharField()
    actor_type = serializers.CharField()
    actor_id = serializers.CharField(allow_blank=True)
    actor_name = serializers.CharField(allow_blank=True)
    acting_as = serializers.CharField(allow_blank=True)
    object_type = serializers.CharField(allow_blank=True)
    object_id = serializers.CharField(allow_blank=True)
    before = serializers.JSONField()
    after = serializers.JSONField()
    reason = serializers.CharField(allow_blank=True)
    ip = serializers.CharField(allow_blank=True)
    request_id = serializers.CharField(allow_blank=True)
    hash = serializers.CharField()


class EntriesView(StaffView):
    """What was done in the shop."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(parameters=[EntriesAsked, *paging("page_size")], responses=page_of(EntryShown))
    def get(self, request: Request) -> Response:
        """Return a page of entries, newest first."""
        asked = EntriesAsked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        pages = Newest()
        found = entries_matching(AuditFilter(**asked.validated_data))
        rows = pages.paginate_queryset(found, request, view=self) or []
        return pages.get_paginated_response([_shown(row) for row in rows])


class CheckShown(serializers.Serializer[Any]):
    """What a check of the log found."""

    is_intact = serializers.BooleanField()
    checked = serializers.IntegerField(help_text="entries that were read")
    head = serializers.IntegerField(help_text="number of the last good entry")
    head_hash = serializers.CharField()
    broken_at = serializers.IntegerField(
        allow_null=True, help_text="number of the first entry that is wrong"
    )
    fault = serializers.ChoiceField(
        choices=["changed", "missing", "unlinked", "cut"], allow_null=True
    )
    sealed = serializers.IntegerField(
        allow_null=True, help_text="number of the last entry that is sealed outside of the shop"
    )
    sealed_at = serializers.DateTimeField(allow_null=True)
    kept_days = serializers.IntegerField(
        allow_null=True, help_text="entries are kept for so many days; null for good"
    )


class CheckView(StaffView):
    """Whether the log is as it was written."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=CheckShown)
    def get(self, request: Request) -> Response:
        """Check every hash of the log, and the last seal."""
        CHECKED.check(f"tenant:{current_tenant().id}")
        found = standing(now=utc_now())
        report, sealed = found.report, found.sealed
        return Response(
            {
                "is_intact": report.intact,
                "checked": report.checked,
                "head": report.head_sequence,
                "head_hash": report.head_hash,
                "broken_at": report.broken_at,
                "fault": report.fault,
                "sealed": sealed[0] if sealed else None,
                "sealed_at": found.sealed_at,
                "kept_days": found.kept_days,
            }
        )


def _shown(row: AuditEntry) -> dict[str, Any]:
    is_outside = row.actor_type == _OUTSIDE
    same = ("sequence", "action", "actor_type", "acting_as", "object_type", "object_id")
    return {
        **{name: getattr(row, name) for name in same},
        "at": row.occurred_at,
        "actor_id": "" if is_outside else row.actor_id,
        "actor_name": "" if is_outside else row.actor_name,
        "ip": "" if is_outside else row.ip or "",
        **{name: getattr(row, name) for name in ("before", "after", "reason", "request_id")},
        "hash": row.hash,
    }


urlpatterns = [
    path("activity/", EntriesView.as_view(), name="activity"),
    path("activity/check/", CheckView.as_view(), name="activity-check"),
]
