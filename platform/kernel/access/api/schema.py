"""How the OpenAPI document names the way in which staff sign in."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from typing_extensions import override

from kernel.api.openapi.operations import WRITES


class StaffScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its base registers by subclassing
    """The session of a console; writes carry the CSRF token as well."""

    target_class = "kernel.access.api.authentication.StaffAuthentication"
    name = ["staff", "csrf"]

    @override
    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, Any]]:
        """Return the schemes: the cookie, and the header that shows where a form came from."""
        return [
            {"type": "apiKey", "in": "cookie", "name": "__Host-csid"},
            {"type": "apiKey", "in": "header", "name": "X-CSRFToken"},
        ]

    @override
    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[Any]]:
        """Return what an operation asks for."""
        return {"staff": [], "csrf": []} if auto_schema.method in WRITES else {"staff": []}


class ProgramScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its base registers by subclassing
    """An API key of the shop; what it may do is written in its scopes."""

    target_class = "kernel.access.api.authentication.ProgramAuthentication"
    name = "key"

    @override
    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Return the scheme."""
        return {"type": "http", "scheme": "bearer", "description": "An API key of the shop."}
