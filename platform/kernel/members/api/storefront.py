"""Accounts of members over the store API."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.common.time import utc_now
from kernel.members.api.authentication import IsMember, MemberAuthentication
from kernel.members.cookies import bearer_token, cookie_token, forget
from kernel.members.limits import count_attempt, count_opening
from kernel.members.models import Member
from kernel.members.services import open_session, register_member, sign_in, sign_out


def device_of(request: HttpRequest) -> str:
    """Return a label for the device, as it names itself."""
    return request.headers.get("User-Agent", "")[:120]


class Credentials(serializers.Serializer[Any]):
    """What a member signs in with."""

    login = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=256, trim_whitespace=False)


class NewMember(Credentials):
    """What an account is opened with."""

    name = serializers.CharField(max_length=80)


class MemberShown(serializers.Serializer[Any]):
    """A member, as he sees himself."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    login = serializers.CharField()


class Session(serializers.Serializer[Any]):
    """The token for ``Authorization: Bearer``, and whose it is."""

    token = serializers.CharField()
    member = MemberShown()


def _plain(request: Request) -> HttpRequest:
    return request._request  # noqa: SLF001  DRF has no other name for it


class RegisterView(APIView):
    """Opens an account and signs in."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(request=NewMember, responses={201: Session})
    def post(self, request: Request) -> Response:
        """Open an account and sign in."""
        form = NewMember(data=request.data)
        form.is_valid(raise_exception=True)
        count_opening(_plain(request))
        member = register_member(**form.validated_data)
        signed = open_session(member, device=device_of(_plain(request)), now=utc_now())
        return Response(Session(signed).data, status=201)


class SignInView(APIView):
    """Exchanges a password for a token."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(request=Credentials, responses=Session)
    def post(self, request: Request) -> Response:
        """Sign in."""
        form = Credentials(data=request.data)
        form.is_valid(raise_exception=True)
        count_attempt(_plain(request), form.validated_data["login"])
        signed = sign_in(**form.validated_data, device=device_of(_plain(request)), now=utc_now())
        return Response(Session(signed).data)


class SignOutView(APIView):
    """Ends the session that asks."""

    authentication_classes = (MemberAuthentication,)
    permission_classes = (IsMember,)

    @extend_schema(request=None, responses={204: OpenApiResponse(description="Signed out.")})
    def post(self, request: Request) -> Response:
        """Sign out."""
        plain = _plain(request)
        sign_out(bearer_token(plain) or cookie_token(plain), now=utc_now())
        response = Response(status=204)
        forget(response)
        return response


class CurrentMemberView(APIView):
    """Who is signed in."""

    authentication_classes = (MemberAuthentication,)
    permission_classes = (IsMember,)

    @extend_schema(responses=MemberShown)
    def get(self, request: Request) -> Response:
        """Return the member."""
        assert isinstance(request.user, Member)  # noqa: S101  `IsMember` lets nobody else pass
        return Response(MemberShown(request.user).data)
