"""How the API document describes a partner's programs and people."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from typing_extensions import override

from kernel.access.api.schema import StaffScheme


class PartnerKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its base registers by subclassing
    """The key of a partner's program."""

    target_class = "channel_center.partners.api.authentication.PartnerAuthentication"
    name = "partnerKey"

    @override
    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Return the scheme."""
        return {"type": "http", "scheme": "bearer", "description": "An API key of the partner."}


class PartnerSessionScheme(StaffScheme):  # type: ignore[no-untyped-call]  # its base registers by subclassing
    """The session of a partner's console; writes carry the CSRF token as well."""

    target_class = "channel_center.partners.api.authentication.PartnerSession"
    priority = 1
