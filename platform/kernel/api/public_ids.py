"""Ids in requests and answers: opaque outside, UUIDs inside."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from typing_extensions import override

from kernel.common.ids import InvalidId, parse_public_id, public_id


class PublicIdField(serializers.Field[UUID, Any, str, Any]):
    """An id with its prefix, ``var_01k…``."""

    default_error_messages = {"invalid_id": _("This is no id of the expected kind.")}

    def __init__(self, prefix: str, **options: Any) -> None:
        self.prefix = prefix
        super().__init__(**options)

    @override
    def to_internal_value(self, data: Any) -> UUID:
        """Read the id."""
        try:
            return parse_public_id(self.prefix, data if isinstance(data, str) else "")
        except InvalidId:
            self.fail("invalid_id")

    @override
    def to_representation(self, value: UUID) -> str:
        """Show the id."""
        return public_id(self.prefix, value)
