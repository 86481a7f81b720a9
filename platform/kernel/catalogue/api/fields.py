"""Members of requests and answers that the catalogue's views share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

_LONGEST_FIELDS = 500
SPARSE = OpenApiParameter("fields", str, description="members to answer with, by comma")


def checked(
    form: type[serializers.Serializer[Any]], data: object, *, partial: bool = False
) -> dict[str, Any]:
    """Return what a request says.

    Raises:
        ValidationError: it cannot be read.
    """
    asked = form(data=data, partial=partial)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def sparse(item: Mapping[str, Any], request: Request) -> dict[str, Any]:
    """Return the members that ``?fields=id,title`` asks for; all of them when it does not."""
    asked = request.query_params.get("fields", "")[:_LONGEST_FIELDS]
    names = {name.strip() for name in asked.split(",")} - {""}
    return {key: value for key, value in item.items() if not names or key in names}
