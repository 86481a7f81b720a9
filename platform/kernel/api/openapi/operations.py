"""How the OpenAPI documents call operations and components, and what all operations share."""

from __future__ import annotations

import re
from typing import Any, Final

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, OpenApiParameter
from rest_framework.serializers import Serializer
from typing_extensions import override

from kernel.api.openapi import fields  # noqa: F401  importing registers them
from kernel.common.idempotency.middleware import HEADER

WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_PREFIX: Final = re.compile(r"^/api/v1/(?:store|admin)/")
KEY_SCHEMA: Final = {"type": "string", "pattern": "^[!-~]{1,255}$"}
_KEY: Final = OpenApiParameter(
    HEADER,
    KEY_SCHEMA,
    OpenApiParameter.HEADER,
    description="Names the request: sent again with the same key, it is done once and "
    "answered alike.",
)
_LANGUAGE: Final = OpenApiParameter(
    "Accept-Language",
    str,
    OpenApiParameter.HEADER,
    description="The language of texts in the answer, such as `en` or `zh-Hans`.",
)


class OperationSchema(AutoSchema):
    """Names that stay the same whatever is added beside them.

    An operation is called by its address and method, ``orders_item_cancellation_post``;
    a component by the centre that it belongs to, so that two centres may each have
    a ``LineShown``. A view may name ``shared_parameters`` of all its methods.
    """

    @override
    def get_operation_id(self) -> str:
        """Return the address and the method in one word."""
        parts = [part for part in _PREFIX.sub("", self.path).split("/") if part]
        words = ["item" if part.startswith("{") else part for part in parts]
        name = "_".join([*words, self.method.lower()])
        return re.sub(r"[^a-z0-9]+", "_", name.lower())

    @override
    def get_tags(self) -> list[str]:
        """Return the first part of the address."""
        return [_PREFIX.sub("", self.path).split("/")[0]]

    @override
    def get_override_parameters(self) -> list[Any]:
        """Return what every operation takes beside its own parameters."""
        own = getattr(self.view, "shared_parameters", ())
        shared: list[Any] = [*own, _LANGUAGE]
        if self.method in WRITES and not getattr(self.view, "idempotency_exempt", False):
            shared.append(_KEY)
        return [*shared, *super().get_override_parameters()]

    @override
    def get_auth(self) -> list[dict[str, Any]]:
        """Return how callers show who they are; whoever need not may as well."""
        found: list[dict[str, Any]] = super().get_auth()
        return [*found, {}] if found and not self.view.get_permissions() else found

    @override
    def get_serializer_name(self, serializer: Serializer[Any], direction: Direction) -> str:
        """Return the component's name with its centre in front."""
        name = super().get_serializer_name(serializer, direction)
        centre = _centre_of(type(serializer).__module__)
        return name if name.startswith(centre) else f"{centre}{name}"


def _centre_of(module: str) -> str:
    """Return ``Cart`` for ``kernel.cart.api.forms``; nothing for what all share."""
    parts = module.split(".")
    if parts[0] == "themes":
        return "Themes"
    if parts[0] not in {"kernel", "apps"} or parts[1] == "api":
        return ""
    return "".join(word.capitalize() for word in parts[1].split("_"))
