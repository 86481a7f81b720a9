"""How the documents write the fields that are our own."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction
from typing_extensions import override


class IdScheme(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # its base registers by subclassing
    """An id: its prefix, and 26 characters of Crockford's base 32."""

    target_class = "kernel.api.public_ids.PublicIdField"
    match_subclasses = True

    @override
    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        """Return the schema."""
        prefix: str = self.target.prefix
        return {"type": "string", "pattern": f"^{prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$"}
