"""Imports and exports over the admin API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import items_of, listed
from kernel.catalogue.api.fields import checked
from kernel.common.idempotency.middleware import idempotency_exempt
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.dataio.choices import ImportKind, ImportState
from kernel.dataio.errors import UnknownImport
from kernel.dataio.exports import export_products
from kernel.dataio.formats import Group
from kernel.dataio.models import Import, ImportFault
from kernel.dataio.pictures import failed_pictures, retry_pictures
from kernel.dataio.records import ProductRecord
from kernel.dataio.resources import PRODUCTS, RowRecord
from kernel.dataio.sayings import picture_saying
from kernel.dataio.services import choose, preview, receive_file, start
from kernel.dataio.tasks import fetch_imported_pictures, run_import
from kernel.tenancy.tasks import enqueue

IMPORT, EXPORT = "products.import", "products.export"
_PAGE = 200
_RECENT = 100


class FileAsked(serializers.Serializer[Any]):
    """A file; where it comes from is found out when it is not said."""

    file = serializers.FileField()
    kind = serializers.CharField(required=False)


class ChoiceAsked(serializers.Serializer[Any]):
    """How the file is read, and what becomes of its products."""

    mapping = serializers.DictField(child=serializers.CharField(), required=False)
    publish = serializers.BooleanField(required=False)
    with_stock = serializers.BooleanField(required=False)


class StartAsked(serializers.Serializer[Any]):
    """Whether nothing is kept of it."""

    rehearse = serializers.BooleanField()


class FaultsAsked(serializers.Serializer[Any]):
    """Where the list goes on."""

    cursor = serializers.IntegerField(required=False, min_value=0, max_value=2**62)


class ImportShown(serializers.Serializer[Any]):
    """An import, and how far it has come."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=ImportKind.choices)
    state = serializers.ChoiceField(choices=ImportState.choices)
    file_name = serializers.CharField()
    encoding = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    mapping = serializers.DictField(child=serializers.CharField())
    publish = serializers.BooleanField()
    with_stock = serializers.BooleanField()
    position = serializers.IntegerField()
    line = serializers.IntegerField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    failed = serializers.IntegerField()
    fault = serializers.CharField()
    finished_at = serializers.DateTimeField(allow_null=True)


class ReadVariantShown(serializers.Serializer[Any]):
    """A variant as it would be read."""

    values = serializers.ListField(child=serializers.CharField())
    sku = serializers.CharField()
    price = serializers.CharField()


class ReadProductShown(serializers.Serializer[Any]):
    """A product as it would be read; with `code`, `text` and `detail` why it would be left out."""

    line = serializers.IntegerField()
    name = serializers.CharField()
    code = serializers.CharField(required=False)
    text = serializers.CharField(required=False)
    detail = serializers.DictField(required=False)
    title = serializers.CharField(required=False)
    options = serializers.ListField(child=serializers.CharField(), required=False)
    variants = ReadVariantShown(many=True, required=False)
    pictures = serializers.ListField(child=serializers.CharField(), required=False)


class FaultShown(serializers.Serializer[Any]):
    """A row that was left out, and why."""

    line = serializers.IntegerField()
    name = serializers.CharField()
    code = serializers.CharField()
    text = serializers.CharField()
    detail = serializers.DictField()


class FailedPictureShown(serializers.Serializer[Any]):
    """A picture that could not be fetched."""

    product = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField()
    fault = serializers.CharField()
    text = serializers.CharField()


class PicturesCount(serializers.Serializer[Any]):
    """How many pictures are asked for again."""

    pictures = serializers.IntegerField()


def _import_id(text: str) -> UUID:
    return parse_public_id("imp", text)


def _shape(row: Import) -> dict[str, Any]:
    shown = ("kind", "state", "file_name", "encoding", "columns", "mapping", "publish")
    counts = ("with_stock", "position", "line", "created", "updated", "unchanged", "failed")
    return {
        "id": row.public_id,
        **{name: getattr(row, name) for name in (*shown, *counts, "fault", "finished_at")},
    }


def _product(group: Group) -> dict[str, Any]:
    if isinstance(group, RowRecord):  # Only in imports of anything but products.
        return {"line": group.line, "name": group.name}
    if not isinstance(group, ProductRecord):
        line, name, refusal = group
        told = {"code": refusal.code, "text": str(refusal), "detail": refusal.fields}
        return {"line": line, "name": name, **told}
    return {
        "line": group.line,
        "name": group.name,
        "title": group.title,
        "options": group.options,
        "variants": [
            {"values": item.values, "sku": item.sku, "price": item.price} for item in group.variants
        ],
        "pictures": list(group.pictures),
    }


def import_of(text: str, resource: str) -> Import:
    """Return an import of a resource by its public id.

    Raises:
        UnknownImport: there is none.
    """
    row = Import.objects.filter(pk=_import_id(text), resource=resource).first()
    if row is None:
        raise UnknownImport
    return row


def faults_page(row: Import, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return a page of rows that were left out, with their reasons."""
    rows = ImportFault.objects.filter(source=row, pk__gt=asked.get("cursor", 0))
    found = list(rows.order_by("pk")[: _PAGE + 1])
    page = found[:_PAGE]
    shown = ("line", "name", "code", "detail")
    return {
        "items": [
            {name: getattr(each, name) for name in shown} | {"text": each.saying} for each in page
        ],
        "next_cursor": page[-1].pk if len(found) > _PAGE else None,
    }


class ImportsView(StaffView):
    """All imports of products."""

    permissions_by_method = {"GET": IMPORT, "POST": IMPORT}
    parser_classes = (MultiPartParser,)

    @extend_schema(responses=items_of(ImportShown))
    def get(self, request: Request) -> Response:
        """Return the last hundred imports, newest first."""
        rows = Import.objects.filter(resource=PRODUCTS).order_by("-id")[:_RECENT]
        return Response({"items": [_shape(row) for row in rows]})

    @extend_schema(request={"multipart/form-data": FileAsked}, responses={201: ImportShown})
    def post(self, request: Request) -> Response:
        """Hand in a file."""
        asked = checked(FileAsked, request.data)
        file = asked["file"]
        row = receive_file(
            file.file, name=file.name, size=file.size, kind=asked.get("kind"), actor=self.actor
        )
        return Response(_shape(row), status=201)


class ImportView(StaffView):
    """One import."""

    permissions_by_method = {"GET": IMPORT, "PATCH": IMPORT}

    @extend_schema(responses=ImportShown)
    def get(self, request: Request, source: str) -> Response:
        """Return how far it has come."""
        return Response(_shape(import_of(source, PRODUCTS)))

    @extend_schema(request=ChoiceAsked, responses=ImportShown)
    def patch(self, request: Request, source: str) -> Response:
        """Say how the file is read."""
        asked = checked(ChoiceAsked, request.data, partial=True)
        return Response(_shape(choose(import_of(source, PRODUCTS).pk, actor=self.actor, **asked)))


class PreviewView(StaffView):
    """The first products of a file."""

    permissions_by_method = {"GET": IMPORT}

    @extend_schema(responses=items_of(ReadProductShown))
    def get(self, request: Request, source: str) -> Response:
        """Return ten products as they would be read."""
        return Response(
            {"items": [_product(group) for group in preview(import_of(source, PRODUCTS).pk)]}
        )


class RunView(StaffView):
    """The work itself."""

    permissions_by_method = {"POST": IMPORT}

    @extend_schema(request=StartAsked, responses={202: ImportShown})
    def post(self, request: Request, source: str) -> Response:
        """Check the import, or apply it, in the background."""
        asked = checked(StartAsked, request.data)
        key = import_of(source, PRODUCTS).pk
        row = start(key, rehearse=asked["rehearse"], actor=self.actor, now=utc_now())
        enqueue(run_import, import_id=str(row.id))
        return Response(_shape(row), status=202)


class FaultsView(StaffView):
    """Rows that were left out."""

    permissions_by_method = {"GET": IMPORT}

    @extend_schema(parameters=[FaultsAsked], responses=listed(FaultShown, serializers.IntegerField))
    def get(self, request: Request, source: str) -> Response:
        """Return a page of rows with their reasons."""
        asked = checked(FaultsAsked, request.query_params.dict())
        return Response(faults_page(import_of(source, PRODUCTS), asked))


class PicturesView(StaffView):
    """Pictures that could not be fetched."""

    permissions_by_method = {"GET": IMPORT, "POST": IMPORT}

    @extend_schema(responses=items_of(FailedPictureShown))
    def get(self, request: Request, source: str) -> Response:
        """Return the pictures that failed."""
        failed = failed_pictures(_import_id(source))
        return Response(
            {
                "items": [
                    {
                        "product": item.product.public_id,
                        "title": item.product.title,
                        "url": item.source_url,
                        "fault": item.fault,
                        "text": picture_saying(item.fault),
                    }
                    for item in failed
                ]
            }
        )

    @extend_schema(request=None, responses={202: PicturesCount})
    def post(self, request: Request, source: str) -> Response:
        """Ask for them again."""
        key = _import_id(source)
        count = retry_pictures(key)
        if count:
            enqueue(fetch_imported_pictures, import_id=str(key))
        return Response({"pictures": count}, status=202)


@idempotency_exempt
class ExportView(StaffView):
    """All products as a file."""

    permissions_by_method = {"GET": EXPORT}

    @extend_schema(responses={(200, "text/csv"): OpenApiResponse(str)})
    def get(self, request: Request) -> StreamingHttpResponse:
        """Return a CSV file that can be imported again."""
        response = StreamingHttpResponse(export_products(), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="products.csv"'
        return response
