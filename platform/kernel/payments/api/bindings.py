"""Payment accounts over the admin API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.common.idempotency.middleware import idempotency_exempt
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.payments.api.admin_forms import (
    BindingAsked,
    BindingChanged,
    BindingShown,
    GatewayShown,
    ValuesAsked,
)
from kernel.payments.api.pages import checked
from kernel.payments.gateways.registry import gateways
from kernel.payments.models import PaymentBinding
from kernel.payments.selectors import bindings_list, hook_path, particulars_of
from kernel.payments.services import bind, rebind, remove_binding, set_enabled
from kernel.payments.services.bindings import binding_of, rename_binding

MANAGE = "payments.manage"


def _shown(row: PaymentBinding) -> dict[str, Any]:
    particulars = particulars_of(row)
    return BindingShown(
        {
            "binding": row,
            "version": particulars.version,
            "public": particulars.public,
            "hints": particulars.hints,
            "set_by": particulars.set_by,
            "set_at": particulars.set_at,
            "hook_path": hook_path(row),
        }
    ).data


def _id(text: str) -> UUID:
    return parse_public_id("pay", text)


class GatewaysView(StaffView):
    """The ways to pay that can be bound."""

    permissions_by_method = {"GET": MANAGE}

    @extend_schema(responses=GatewayShown(many=True))
    def get(self, request: Request) -> Response:
        """Return them with their bind forms, in the language of the request."""
        shown = [
            {
                "code": each.code,
                "title": each.title,
                "forms": {mode: each.bind_schema(mode) for mode in each.modes},
            }
            for each in gateways()
        ]
        return Response(GatewayShown(shown, many=True).data)


@idempotency_exempt
class BindingsView(StaffView):
    """The tenant's payment accounts."""

    permissions_by_method = {"GET": MANAGE, "POST": MANAGE}
    confirmed_methods = frozenset({"POST"})

    @extend_schema(responses=BindingShown(many=True))
    def get(self, request: Request) -> Response:
        """Return the bindings, in the order in which payers see them."""
        return Response([_shown(row) for row in bindings_list()])

    @extend_schema(request=BindingAsked, responses={201: BindingShown})
    def post(self, request: Request) -> Response:
        """Bind an account after its credentials have worked; it is off until switched on."""
        asked = checked(BindingAsked, request.data)
        row = bind(
            gateway=asked["gateway"],
            mode=asked["mode"],
            is_live=asked["live"],
            title=asked["title"],
            values=asked["values"],
            actor=self.actor,
            now=utc_now(),
        )
        return Response(_shown(row), status=201)


class BindingView(StaffView):
    """One payment account."""

    permissions_by_method = {"GET": MANAGE, "PATCH": MANAGE, "DELETE": MANAGE}
    confirmed_methods = frozenset({"PATCH", "DELETE"})

    @extend_schema(responses=BindingShown)
    def get(self, request: Request, binding: str) -> Response:
        """Return a binding; its secrets are never shown."""
        return Response(_shown(binding_of(_id(binding))))

    @extend_schema(request=BindingChanged, responses=BindingShown)
    def patch(self, request: Request, binding: str) -> Response:
        """Rename it, or switch it on or off."""
        asked = checked(BindingChanged, request.data)
        if "title" in asked:
            rename_binding(_id(binding), title=asked["title"], actor=self.actor)
        if "enabled" in asked:
            set_enabled(_id(binding), enabled=asked["enabled"], actor=self.actor)
        return Response(_shown(binding_of(_id(binding))))

    @extend_schema(responses={204: OpenApiResponse(description="Gone.")})
    def delete(self, request: Request, binding: str) -> Response:
        """Take it away; refunds of what it was paid by still work."""
        remove_binding(_id(binding), actor=self.actor, now=utc_now())
        return Response(status=204)


@idempotency_exempt
class CredentialsView(StaffView):
    """The particulars of a payment account."""

    permissions_by_method = {"POST": MANAGE}
    confirmed_methods = frozenset({"POST"})

    @extend_schema(request=ValuesAsked, responses=BindingShown)
    def post(self, request: Request, binding: str) -> Response:
        """Put other particulars in force after they have worked."""
        asked = checked(ValuesAsked, request.data)
        row = rebind(_id(binding), values=asked["values"], actor=self.actor, now=utc_now())
        return Response(_shown(row))
