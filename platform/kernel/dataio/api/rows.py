"""Imports of anything but products over the admin API: the same steps for each resource."""

from __future__ import annotations

from typing import Any, ClassVar

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import items_of, listed
from kernel.catalogue.api.fields import checked
from kernel.common.time import utc_now
from kernel.dataio.api.admin import (
    FaultsAsked,
    FaultShown,
    StartAsked,
    faults_page,
    import_of,
)
from kernel.dataio.choices import ImportState
from kernel.dataio.errors import UnknownImport
from kernel.dataio.formats import Group
from kernel.dataio.models import Import
from kernel.dataio.resources import Resource, RowRecord, resources
from kernel.dataio.services import choose, preview, receive_file, start
from kernel.dataio.tasks import run_import
from kernel.tenancy.tasks import enqueue

_RECENT = 100


class RowsFileAsked(serializers.Serializer[Any]):
    """A file of rows."""

    file = serializers.FileField()


class RowsChoiceAsked(serializers.Serializer[Any]):
    """The column of each field, and what holds for all rows."""

    mapping = serializers.DictField(child=serializers.CharField(), required=False)
    options = serializers.DictField(child=serializers.CharField(max_length=200), required=False)


class RowsImportShown(serializers.Serializer[Any]):
    """An import of rows, and how far it has come."""

    id = serializers.CharField()
    resource = serializers.CharField()
    state = serializers.ChoiceField(choices=ImportState.choices)
    file_name = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    mapping = serializers.DictField(child=serializers.CharField())
    options = serializers.DictField(child=serializers.CharField())
    position = serializers.IntegerField()
    line = serializers.IntegerField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    failed = serializers.IntegerField()
    fault = serializers.CharField()
    finished_at = serializers.DateTimeField(allow_null=True)


class ReadRowShown(serializers.Serializer[Any]):
    """A row as it would be read; with `code` and `text` why it would be left out."""

    line = serializers.IntegerField()
    name = serializers.CharField()
    values = serializers.DictField(child=serializers.CharField(), required=False)
    code = serializers.CharField(required=False)
    text = serializers.CharField(required=False)


def _shape(row: Import) -> dict[str, Any]:
    shown = ("resource", "state", "file_name", "columns", "mapping", "options", "position", "line")
    counts = ("created", "updated", "unchanged", "failed", "fault", "finished_at")
    return {"id": row.public_id, **{name: getattr(row, name) for name in (*shown, *counts)}}


def _read(group: Group) -> dict[str, Any]:
    if isinstance(group, RowRecord):
        return {"line": group.line, "name": group.name, "values": dict(group.values)}
    if isinstance(group, tuple):
        line, name, refusal = group
        return {"line": line, "name": name, "code": refusal.code, "text": str(refusal)}
    raise UnknownImport


class RowsView(StaffView):
    """What all views of one resource share."""

    resource: ClassVar[Resource]

    def row(self, source: str) -> Import:
        """Return an import of this resource.

        Raises:
            UnknownImport: there is none, or the shop has not got the resource.
        """
        if not self.resource.is_there:
            raise UnknownImport
        return import_of(source, self.resource.code)


class RowsImportsView(RowsView):
    """All imports of a resource."""

    parser_classes = (MultiPartParser,)

    @extend_schema(responses=items_of(RowsImportShown))
    def get(self, request: Request) -> Response:
        """Return the last hundred imports, newest first."""
        rows = Import.objects.filter(resource=self.resource.code).order_by("-id")[:_RECENT]
        return Response({"items": [_shape(row) for row in rows]})

    @extend_schema(request={"multipart/form-data": RowsFileAsked}, responses={201: RowsImportShown})
    def post(self, request: Request) -> Response:
        """Hand in a file."""
        if not self.resource.is_there:
            raise UnknownImport
        file = checked(RowsFileAsked, request.data)["file"]
        row = receive_file(
            file.file, name=file.name, size=file.size, actor=self.actor, resource=self.resource
        )
        return Response(_shape(row), status=201)


class RowsImportView(RowsView):
    """One import."""

    @extend_schema(responses=RowsImportShown)
    def get(self, request: Request, source: str) -> Response:
        """Return how far it has come."""
        return Response(_shape(self.row(source)))

    @extend_schema(request=RowsChoiceAsked, responses=RowsImportShown)
    def patch(self, request: Request, source: str) -> Response:
        """Say how the file is read."""
        asked = checked(RowsChoiceAsked, request.data, partial=True)
        return Response(_shape(choose(self.row(source).pk, actor=self.actor, **asked)))


class RowsPreviewView(RowsView):
    """The first rows of a file."""

    @extend_schema(responses=items_of(ReadRowShown))
    def get(self, request: Request, source: str) -> Response:
        """Return ten rows as they would be read."""
        return Response({"items": [_read(group) for group in preview(self.row(source).pk)]})


class RowsRunView(RowsView):
    """The work itself."""

    @extend_schema(request=StartAsked, responses={202: RowsImportShown})
    def post(self, request: Request, source: str) -> Response:
        """Check the import, or apply it, in the background."""
        asked = checked(StartAsked, request.data)
        key = self.row(source).pk
        row = start(key, rehearse=asked["rehearse"], actor=self.actor, now=utc_now())
        enqueue(run_import, import_id=str(row.id))
        return Response(_shape(row), status=202)


class RowsFaultsView(RowsView):
    """Rows that were left out."""

    @extend_schema(parameters=[FaultsAsked], responses=listed(FaultShown, serializers.IntegerField))
    def get(self, request: Request, source: str) -> Response:
        """Return a page of rows with their reasons."""
        asked = checked(FaultsAsked, request.query_params.dict())
        return Response(faults_page(self.row(source), asked))


_STEPS = {
    "": RowsImportsView,
    "<str:source>/": RowsImportView,
    "<str:source>/preview/": RowsPreviewView,
    "<str:source>/run/": RowsRunView,
    "<str:source>/faults/": RowsFaultsView,
}


def _view(base: type[RowsView], resource: Resource) -> Any:
    """Return a view for one resource, open to who may import it."""
    methods = [name.upper() for name in APIView.http_method_names if hasattr(base, name)]
    told = {
        "resource": resource,
        "permissions_by_method": {
            name: resource.permission for name in methods if name != "OPTIONS"
        },
        "__doc__": base.__doc__,
        "__module__": __name__,
    }
    name = base.__name__.replace("Rows", resource.code.title().replace("-", ""))
    made: type[RowsView] = type(name, (base,), told)
    return made.as_view()


def urlpatterns() -> list[URLPattern]:
    """Return the routes of every resource, ``imports/of/{resource}/``."""
    return [
        path(f"imports/of/{each.code}/{rest}", _view(base, each))
        for each in resources()
        for rest, base in _STEPS.items()
    ]
