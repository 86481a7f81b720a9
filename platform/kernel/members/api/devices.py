"""Devices and ways to sign in, over the store API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.common.idempotency.middleware import idempotency_exempt
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.members.api.storefront import CodeTold, MemberShown
from kernel.members.api.views import MemberView, plain, told
from kernel.members.choices import Proof
from kernel.members.cookies import bearer_token, cookie_token
from kernel.members.limits import count_attempt
from kernel.members.models import Identity, MemberSession
from kernel.members.selectors import identities_of, sessions_of
from kernel.members.services.identities import add_contact, remove_identity
from kernel.members.services.sessions import revoke_session, revoke_sessions, token_hash


class SessionShown(serializers.Serializer[Any]):
    """A device that is signed in."""

    id = serializers.CharField(source="public_id")
    device = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    is_current = serializers.SerializerMethodField()

    def get_is_current(self, session: MemberSession) -> bool:
        """Tell whether this device asks."""
        return bool(session.token_hash == self.context["token_hash"])


class IdentityShown(serializers.Serializer[Any]):
    """One thing by which a member is known."""

    id = serializers.CharField(source="public_id")
    provider = serializers.CharField()
    contact = serializers.SerializerMethodField()
    is_verified = serializers.SerializerMethodField()

    def get_contact(self, identity: Identity) -> str:
        """Return the number or the address; empty for what another company knows."""
        return identity.subject if identity.provider in Proof.values else ""

    def get_is_verified(self, identity: Identity) -> bool:
        """Tell whether he proved it."""
        return identity.verified_at is not None


class SessionsView(MemberView):
    """Where the member is signed in."""

    @extend_schema(responses=SessionShown(many=True))
    def get(self, request: Request) -> Response:
        """Return the devices, the latest used first."""
        rows: QuerySet[MemberSession] = sessions_of(self.member_id, now=utc_now())
        context = {"token_hash": token_hash(_token(request))}
        return Response(SessionShown(rows, many=True, context=context).data)

    @extend_schema(
        request=None,
        responses={204: OpenApiResponse(description="Signed out.")},
    )
    def delete(self, request: Request) -> Response:
        """Sign all other devices out."""
        revoke_sessions(self.member_id, now=utc_now(), but=_token(request))
        return Response(status=204)


class SessionView(MemberView):
    """One device."""

    @extend_schema(request=None, responses={204: OpenApiResponse(description="Signed out.")})
    def delete(self, request: Request, session: str) -> Response:
        """Sign the device out."""
        revoke_session(self.member_id, parse_public_id("mse", session), now=utc_now())
        return Response(status=204)


@idempotency_exempt
class IdentitiesView(MemberView):
    """By what the member is known."""

    @extend_schema(responses=IdentityShown(many=True))
    def get(self, request: Request) -> Response:
        """Return the identities."""
        return Response(IdentityShown(identities_of(self.member_id), many=True).data)

    @extend_schema(request=CodeTold, responses=MemberShown)
    def post(self, request: Request) -> Response:
        """Prove a number or an address by a code; joins the account that has it."""
        values = told(CodeTold, request)
        count_attempt(plain(request), values["target"])
        member = add_contact(
            self.member_id, target=values["target"], code=values["code"], now=utc_now()
        )
        return Response(MemberShown(member).data)


class IdentityView(MemberView):
    """One thing by which the member is known."""

    @extend_schema(request=None, responses={204: OpenApiResponse(description="Forgotten.")})
    def delete(self, request: Request, identity: str) -> Response:
        """Forget it, unless it is the last way in."""
        remove_identity(self.member_id, parse_public_id("idn", identity))
        return Response(status=204)


def _token(request: Request) -> str:
    asked = plain(request)
    return bearer_token(asked) or cookie_token(asked)
