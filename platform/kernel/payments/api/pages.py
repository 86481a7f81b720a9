"""What the views for staff share."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from kernel.access.api.authentication import StaffView


class NewestFirst(CursorPagination):
    """Pages with the newest first: by the time of rows, whose ids may be younger."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200


class PagedView(StaffView):
    """A list in pages.

    Attributes:
        ordering: how it goes; the last name is unique.
    """

    ordering: ClassVar[tuple[str, ...]] = ("-created_at", "-id")

    def page_of(self, rows: QuerySet[Any]) -> tuple[CursorPagination, list[Any]]:
        """Return one page of rows, and what makes an answer of it."""
        pages = NewestFirst()
        pages.ordering = self.ordering
        return pages, list(pages.paginate_queryset(rows, self.request, view=self) or [])

    def paged(self, rows: QuerySet[Any], shown: type[Serializer[Any]]) -> Response:
        """Answer one page."""
        pages, page = self.page_of(rows)
        return pages.get_paginated_response(shown(page, many=True).data)


def checked(form: type[Serializer[Any]], data: object) -> dict[str, Any]:
    """Return what was sent, in the form's types."""
    asked = form(data=data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)
