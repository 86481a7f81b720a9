"""Lists as files, over the admin API."""

from __future__ import annotations

from typing import Any

from django.http import StreamingHttpResponse
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from kernel.access.api.authentication import StaffView
from kernel.backoffice.exports.kinds import KINDS
from kernel.backoffice.exports.views import file_answer
from kernel.dataio.choices import ExportFormat
from kernel.dataio.exporting import MEDIA_TYPES, ExportKind


def _view(kind: ExportKind) -> type[StaffView]:
    """Return the view of one list."""

    class ListFileView(StaffView):
        permissions_by_method = {"GET": kind.permission}

        @extend_schema(
            operation_id=f"exports_{kind.code.replace('-', '_')}",
            parameters=[
                OpenApiParameter("as", str, enum=ExportFormat.values, default="csv"),
                OpenApiParameter("column", str, many=True, enum=list(kind.columns)),
            ],
            responses={
                (200, media.partition(";")[0]): OpenApiResponse(bytes)
                for media in MEDIA_TYPES.values()
            },
        )
        def get(self, request: Request, **_path: Any) -> StreamingHttpResponse:
            """Return the list as a file, narrowed by the same words as in the console."""
            query = request._request.GET  # noqa: SLF001  DRF has no other name
            return file_answer(kind, query, query.get("as", "csv"), actor=self.actor)

    name = kind.code.title().replace("-", "")
    ListFileView.__name__ = ListFileView.__qualname__ = f"{name}FileView"
    return ListFileView


urlpatterns = [path(f"{kind.code}/", _view(kind).as_view()) for kind in KINDS]
