"""Names in which text messages go out, over the admin API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import items_of
from kernel.catalogue.api.fields import checked
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.notifications.api.admin import MANAGE, VIEW
from kernel.notifications.choices import SignState
from kernel.notifications.models import SmsSign
from kernel.notifications.services.signs import ask_for_sign, choose_sign, drop_sign, signs


class SignTold(serializers.Serializer[Any]):
    """A name that is asked for."""

    text = serializers.CharField(max_length=12)


class SignShown(serializers.Serializer[Any]):
    """A name, and what the platform decided."""

    id = serializers.CharField()
    text = serializers.CharField()
    state = serializers.CharField(help_text=f"One of {', '.join(SignState.values)}.")
    reason = serializers.CharField()
    is_usual = serializers.BooleanField()


class SignsView(StaffView):
    """All names."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(responses=items_of(SignShown))
    def get(self, request: Request) -> Response:
        """Return the names, the one in use first."""
        return Response({"items": [_shown(row) for row in signs()]})

    @extend_schema(request=SignTold, responses={201: SignShown})
    def post(self, request: Request) -> Response:
        """Ask for a name; the platform decides."""
        text = checked(SignTold, request.data)["text"]
        return Response(_shown(ask_for_sign(text, actor=self.actor, now=utc_now())), status=201)


class SignView(StaffView):
    """One name."""

    permissions_by_method = {"PUT": MANAGE, "DELETE": MANAGE}

    @extend_schema(request=None, responses=SignShown)
    def put(self, request: Request, sign: str) -> Response:
        """Have text messages go out in this name."""
        key = parse_public_id("sgn", sign)
        return Response(_shown(choose_sign(key, actor=self.actor, now=utc_now())))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, sign: str) -> Response:
        """Use the name no more."""
        drop_sign(parse_public_id("sgn", sign), actor=self.actor, now=utc_now())
        return Response(status=204)


def _shown(row: SmsSign) -> dict[str, Any]:
    names = ("text", "state", "reason", "is_usual")
    return {"id": row.public_id, **{name: getattr(row, name) for name in names}}
