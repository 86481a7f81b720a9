"""API keys over the admin API; a key cannot make keys, so this is for people alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final, cast
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.access.models import Staff
from kernel.api.openapi.answers import items_of
from kernel.catalogue.api.fields import checked
from kernel.common.idempotency.middleware import idempotency_exempt
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.keys.models import ApiKey
from kernel.keys.selectors import all_keys, key_with, state_of
from kernel.keys.services import (
    MOST_A_MINUTE,
    MOST_NETWORKS,
    USUAL_A_MINUTE,
    KeyDraft,
    change_key,
    make_key,
    offered_scopes,
    revoke_key,
    rotate_key,
)

VIEW: Final = "keys.view"
MANAGE: Final = "keys.manage"
_STATES: Final = ("valid", "expired", "revoked")


class KeyTold(serializers.Serializer[Any]):
    """What a key shall be."""

    name = serializers.CharField(max_length=80)
    scopes = serializers.ListField(
        child=serializers.CharField(max_length=80), min_length=1, max_length=500
    )
    networks = serializers.ListField(
        child=serializers.CharField(max_length=60),
        max_length=MOST_NETWORKS,
        default=list,
        help_text="Addresses and networks from which it may be used; none for all.",
    )
    a_minute = serializers.IntegerField(
        min_value=1, max_value=MOST_A_MINUTE, default=USUAL_A_MINUTE
    )
    expires_at = serializers.DateTimeField(allow_null=True, default=None)


class RotationTold(serializers.Serializer[Any]):
    """How long the old text stays good."""

    overlap_hours = serializers.IntegerField(min_value=0, max_value=168, default=24)


class KeyShown(serializers.Serializer[Any]):
    """A key, without its text."""

    id = serializers.CharField()
    name = serializers.CharField()
    prefix = serializers.CharField()
    state = serializers.CharField(help_text=f"One of {', '.join(_STATES)}.")
    scopes = serializers.ListField(child=serializers.CharField())
    networks = serializers.ListField(child=serializers.CharField())
    a_minute = serializers.IntegerField()
    made_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    rotated_at = serializers.DateTimeField(allow_null=True)
    former_until = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    last_ip = serializers.CharField(allow_null=True)


class KeyMade(KeyShown):
    """A key with its text, which is shown this once."""

    key = serializers.CharField()


class ScopesShown(serializers.Serializer[Any]):
    """The scopes that whoever asks may give."""

    items = serializers.ListField(child=serializers.CharField())


# An answer that is kept to be repeated would keep the key with it.
@idempotency_exempt
class KeysView(StaffView):
    """All keys."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}
    confirmed_methods = frozenset({"POST"})

    @extend_schema(responses=items_of(KeyShown))
    def get(self, request: Request) -> Response:
        """Return the keys, the newest first."""
        return Response({"items": [shown(row) for row in all_keys()]})

    @extend_schema(request=KeyTold, responses={201: KeyMade})
    def post(self, request: Request) -> Response:
        """Make a key; its text is in this answer and in no other."""
        draft = KeyDraft(**checked(KeyTold, request.data))
        row, text = make_key(draft, by=_by(request), actor=self.actor, now=utc_now())
        return Response({**shown(key_with(row.pk)), "key": text}, status=201)


class ScopesView(StaffView):
    """What keys can be given."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=ScopesShown)
    def get(self, request: Request) -> Response:
        """Return the scopes that whoever asks may give a key."""
        return Response({"items": offered_scopes(_by(request))})


class KeyView(StaffView):
    """One key."""

    permissions_by_method = {"GET": VIEW, "PUT": MANAGE, "DELETE": MANAGE}
    confirmed_methods = frozenset({"PUT"})

    @extend_schema(responses=KeyShown)
    def get(self, request: Request, key: str) -> Response:
        """Return the key."""
        return Response(shown(key_with(_key(key))))

    @extend_schema(request=KeyTold, responses=KeyShown)
    def put(self, request: Request, key: str) -> Response:
        """Change what the key may do."""
        draft = KeyDraft(**checked(KeyTold, request.data))
        row = change_key(_key(key), draft, by=_by(request), actor=self.actor, now=utc_now())
        return Response(shown(row))

    @extend_schema(responses={200: KeyShown})
    def delete(self, request: Request, key: str) -> Response:
        """Revoke the key, for good."""
        return Response(shown(revoke_key(_key(key), actor=self.actor, now=utc_now())))


@idempotency_exempt
class RotationView(StaffView):
    """A new text for a key."""

    permissions_by_method = {"POST": MANAGE}
    confirmed_methods = frozenset({"POST"})

    @extend_schema(request=RotationTold, responses=KeyMade)
    def post(self, request: Request, key: str) -> Response:
        """Give the key a new text, which is in this answer and in no other."""
        hours = checked(RotationTold, request.data)["overlap_hours"]
        overlap = timedelta(hours=hours)
        row, text = rotate_key(_key(key), overlap=overlap, actor=self.actor, now=utc_now())
        return Response({**shown(row), "key": text})


def shown(row: ApiKey) -> dict[str, Any]:
    """Return a key as it is shown."""
    plain = [name for name in KeyShown().get_fields() if name not in {"id", "state"}]
    return {
        "id": row.public_id,
        "state": state_of(row, now=utc_now()),
        **{name: getattr(row, name) for name in plain},
    }


def _by(request: Request) -> Staff:
    return cast("Staff", request.user)


def _key(text: str) -> UUID:
    return parse_public_id("key", text)
