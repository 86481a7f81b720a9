"""How the OpenAPI document names the way in which members sign in."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from typing_extensions import override


class MemberScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its base registers by subclassing
    """A member's token."""

    target_class = "kernel.members.api.authentication.MemberAuthentication"
    name = "member"

    @override
    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Return the scheme."""
        return {"type": "http", "scheme": "bearer"}
