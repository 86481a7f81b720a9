"""Pages of lists in the channel API."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from django.db.models import Model, QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from kernel.api.openapi.answers import Shape, listed
from kernel.common.ids import parse_public_id, public_id

SIZE: Final = 100
CURSOR: Final = OpenApiParameter("cursor", str, description="`next_cursor` of the page before.")
CURRENCY: Final = OpenApiParameter(
    "currency", str, description="Of one of the partner's balances; the usual one without it."
)
Row = TypeVar("Row", bound=Model)


def pages_of(shown: Shape) -> Shape:
    """Return the shape of what `page_of` cuts."""
    return listed(shown, serializers.CharField)


def page_of(
    rows: QuerySet[Row, Any], request: Request, prefix: str, *, size: int = SIZE
) -> tuple[list[Row], str | None]:
    """Return a page of rows, the newest first, and the cursor of the page after it.

    Their keys tell when they were made, so that a page stays what it is while others come.

    Raises:
        InvalidId: the cursor is none.
    """
    ordered = rows.order_by("-pk")
    if cursor := request.query_params.get("cursor", ""):
        ordered = ordered.filter(pk__lt=parse_public_id(prefix, cursor))
    found = list(ordered[: size + 1])
    more = len(found) > size
    return found[:size], public_id(prefix, found[size - 1].pk) if more else None
