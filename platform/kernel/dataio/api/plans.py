"""Files of lists by the clock, and the buckets they go to, over the admin API."""

from __future__ import annotations

from typing import Any, Final, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import IsStaff, StaffView
from kernel.access.models import Staff
from kernel.api.openapi.answers import items_of
from kernel.catalogue.api.fields import checked
from kernel.common.idempotency.middleware import idempotency_exempt
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.dataio.choices import ExportEvery, ExportFormat, ExportWay, SendState
from kernel.dataio.exporting import export_kind, export_kinds
from kernel.dataio.models import ExportFile, ExportPlan, ExportTarget
from kernel.dataio.plans import MANAGE, Route, drop_plan, files_of, plan_export, plans_of
from kernel.dataio.targets import (
    TargetDraft,
    change_target,
    make_target,
    remove_target,
    target_with,
)

_LAST_HOUR: Final = 23


class ListShown(serializers.Serializer[Any]):
    """A list that can be had as a file."""

    code = serializers.CharField()
    title = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())


class PlanTold(serializers.Serializer[Any]):
    """Which list is made, when, and how it reaches people."""

    kind = serializers.CharField(max_length=40)
    query = serializers.CharField(
        max_length=2000, default="", allow_blank=True, help_text="The list's filter."
    )
    columns = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=200, default=list
    )
    format = serializers.ChoiceField(choices=ExportFormat.values)
    every = serializers.ChoiceField(choices=ExportEvery.values)
    hour = serializers.IntegerField(min_value=0, max_value=_LAST_HOUR, default=6)
    way = serializers.ChoiceField(choices=ExportWay.values, default=ExportWay.PAGE.value)
    emails = serializers.ListField(
        child=serializers.CharField(max_length=254), max_length=5, default=list
    )
    target = serializers.CharField(max_length=60, default="", allow_blank=True)


class PlanShown(serializers.Serializer[Any]):
    """A list that is made by the clock."""

    id = serializers.CharField()
    kind = serializers.CharField()
    query = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    format = serializers.CharField()
    every = serializers.CharField()
    hour = serializers.IntegerField()
    way = serializers.CharField()
    emails = serializers.ListField(child=serializers.CharField())
    target = serializers.CharField(allow_null=True)
    next_at = serializers.DateTimeField(allow_null=True)
    fault = serializers.CharField()


class ExportFileShown(serializers.Serializer[Any]):
    """A file that was made by the clock."""

    id = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField()
    size = serializers.IntegerField()
    made_at = serializers.DateTimeField()
    way = serializers.CharField()
    state = serializers.CharField(help_text=f"One of {', '.join(SendState.values)}.")
    fault = serializers.CharField()
    sent_at = serializers.DateTimeField(allow_null=True)


class TargetTold(serializers.Serializer[Any]):
    """A bucket of somebody else; its secret is taken and never shown."""

    name = serializers.CharField(max_length=80)
    endpoint = serializers.CharField(max_length=300)
    region = serializers.CharField(max_length=40)
    bucket = serializers.CharField(max_length=63)
    prefix = serializers.CharField(max_length=200, default="", allow_blank=True)
    access_key = serializers.CharField(max_length=128)
    secret_key = serializers.CharField(
        max_length=200, default="", allow_blank=True, write_only=True
    )


class TargetShown(serializers.Serializer[Any]):
    """A bucket."""

    id = serializers.CharField()
    name = serializers.CharField()
    endpoint = serializers.CharField()
    region = serializers.CharField()
    bucket = serializers.CharField()
    prefix = serializers.CharField()
    access_key = serializers.CharField()


class ListsView(StaffView):
    """Lists that can be had as files."""

    permission_classes = (IsStaff,)

    @extend_schema(responses=items_of(ListShown))
    def get(self, request: Request) -> Response:
        """Return the lists that whoever asks may have."""
        may = cast("Staff", request.user).may
        rows = [kind for kind in export_kinds() if may(kind.permission)]
        items = [
            {"code": each.code, "title": str(each.label), "columns": each.columns} for each in rows
        ]
        return Response({"items": items})


class PlansView(StaffView):
    """What is made by the clock for whoever asks; a person, for it is made within his limits."""

    permission_classes = (IsStaff,)

    @extend_schema(responses=items_of(PlanShown))
    def get(self, request: Request) -> Response:
        """Return the plans, the newest first."""
        return Response({"items": [_plan(row) for row in plans_of(_person(request))]})

    @extend_schema(request=PlanTold, responses={201: PlanShown})
    def post(self, request: Request) -> Response:
        """Have a list made again and again."""
        told, person = checked(PlanTold, request.data), _person(request)
        kind = export_kind(told["kind"])
        if not person.may(kind.permission):
            raise PermissionDenied
        target = told["target"]
        key = parse_public_id("xpt", target) if target else None
        row = plan_export(
            kind,
            told["query"],
            columns=told["columns"],
            file_format=told["format"],
            every=told["every"],
            hour=told["hour"],
            person=person,
            actor=self.actor,
            now=utc_now(),
            route=Route(told["way"], tuple(told["emails"]), key),
        )
        return Response(_plan(row), status=201)


class PlanView(StaffView):
    """One plan."""

    permission_classes = (IsStaff,)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, plan: str) -> Response:
        """Have the list made no more; what was made stays for its time."""
        drop_plan(_person(request), plan, actor=self.actor, now=utc_now())
        return Response(status=204)


class FilesView(StaffView):
    """What was made by the clock for whoever asks."""

    permission_classes = (IsStaff,)

    @extend_schema(responses=items_of(ExportFileShown))
    def get(self, request: Request) -> Response:
        """Return the files of the last weeks, the latest first, and what became of each."""
        rows = files_of(_person(request), now=utc_now())
        return Response({"items": [_file(row) for row in rows]})


@idempotency_exempt
class TargetsView(StaffView):
    """The buckets that files can go to."""

    permissions_by_method = {"GET": MANAGE, "POST": MANAGE}

    @extend_schema(responses=items_of(TargetShown))
    def get(self, request: Request) -> Response:
        """Return the buckets by their names."""
        rows = ExportTarget.objects.order_by("name", "id")
        return Response({"items": [_target(row) for row in rows]})

    @extend_schema(request=TargetTold, responses={201: TargetShown})
    def post(self, request: Request) -> Response:
        """Set a bucket up."""
        draft = TargetDraft(**checked(TargetTold, request.data))
        row = make_target(draft, actor=self.actor, now=utc_now())
        return Response(_target(row), status=201)


@idempotency_exempt
class TargetView(StaffView):
    """One bucket."""

    permissions_by_method = {"PUT": MANAGE, "DELETE": MANAGE}

    @extend_schema(request=TargetTold, responses=TargetShown)
    def put(self, request: Request, target: str) -> Response:
        """Change the bucket; without a secret the one that is kept stays."""
        row = target_with(parse_public_id("xpt", target))
        draft = TargetDraft(**checked(TargetTold, request.data))
        return Response(_target(change_target(row.pk, draft, actor=self.actor, now=utc_now())))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, target: str) -> Response:
        """Forget the bucket."""
        remove_target(parse_public_id("xpt", target), actor=self.actor, now=utc_now())
        return Response(status=204)


def _person(request: Request) -> Staff:
    return cast("Staff", request.user)


def _plan(row: ExportPlan) -> dict[str, Any]:
    names = ("query", "columns", "format", "every", "hour", "way", "emails", "next_at", "fault")
    target = row.target.public_id if row.target is not None else None
    told = {name: getattr(row, name) for name in names}
    return {"id": row.public_id, "kind": row.kind, "target": target, **told}


def _file(row: ExportFile) -> dict[str, Any]:
    names = ("name", "size", "made_at", "way", "state", "fault", "sent_at")
    return {"id": row.public_id, "kind": row.kind, **{name: getattr(row, name) for name in names}}


def _target(row: ExportTarget) -> dict[str, Any]:
    names = ("name", "endpoint", "region", "bucket", "prefix", "access_key")
    return {"id": row.public_id, **{name: getattr(row, name) for name in names}}
