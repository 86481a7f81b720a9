"""Members of requests and answers that the catalogue's views share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from typing_extensions import override

from kernel.common.ids import InvalidId, parse_public_id, public_id

_LONGEST_FIELDS = 500
SPARSE = OpenApiParameter("fields", str, description="members to answer with, by comma")


@extend_schema_field({"type": "string"})
class PublicId(serializers.Field[UUID, str, str, Any]):
    """An id as it is shown outside."""

    def __init__(self, prefix: str, **options: Any) -> None:
        super().__init__(**options)
        self.prefix = prefix

    @override
    def to_internal_value(self, data: object) -> UUID:
        """Read an id of this kind."""
        try:
            return parse_public_id(self.prefix, str(data))
        except InvalidId:
            raise serializers.ValidationError(str(InvalidId.title), code="invalid_id") from None

    @override
    def to_representation(self, value: UUID) -> str:
        """Write the id."""
        return public_id(self.prefix, value)


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
