"""Accounts of members over the store API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.common.idempotency.middleware import idempotency_exempt
from kernel.common.time import utc_now
from kernel.members.actors import member_actor
from kernel.members.api.views import MemberView, OpenView, device_of, plain, told
from kernel.members.choices import CodePurpose
from kernel.members.cookies import arrival_of, bearer_token, cookie_token, forget
from kernel.members.limits import caller_of, count_attempt, count_opening
from kernel.members.services import open_session, register_member, sign_in, sign_out
from kernel.members.services.accounts import rename, reset_password, set_password
from kernel.members.services.codes import send_code
from kernel.members.services.erasing import anonymise
from kernel.members.services.identities import sign_in_with_code

_PURPOSES = [choice for choice in CodePurpose.choices if choice[0] != CodePurpose.PAYMENT.value]
"""What anybody may have a code sent for."""


class Credentials(serializers.Serializer[Any]):
    """What a member signs in with."""

    login = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=256, trim_whitespace=False)


class NewMember(Credentials):
    """What an account is opened with."""

    name = serializers.CharField(max_length=80)
    invite_code = serializers.CharField(max_length=40, required=False, allow_blank=True)


class MemberShown(serializers.Serializer[Any]):
    """A member, as he sees himself."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    login = serializers.CharField(allow_null=True)


class NewName(serializers.Serializer[Any]):
    """What a member wants to be called."""

    name = serializers.CharField(max_length=80)


class Session(serializers.Serializer[Any]):
    """The token for ``Authorization: Bearer``, and whose it is."""

    token = serializers.CharField()
    member = MemberShown()


class CodeAsked(serializers.Serializer[Any]):
    """Where a code is to be sent, and what for."""

    target = serializers.CharField(max_length=254)
    purpose = serializers.ChoiceField(choices=_PURPOSES, default=CodePurpose.SIGN_IN)


class CodeSent(serializers.Serializer[Any]):
    """How a code is on its way, and until when it is good."""

    channel = serializers.CharField()
    expires_at = serializers.DateTimeField()


class CodeTold(serializers.Serializer[Any]):
    """A code that arrived, and where."""

    target = serializers.CharField(max_length=254)
    code = serializers.CharField(max_length=12)
    invite_code = serializers.CharField(max_length=40, required=False, allow_blank=True)


class PasswordReset(serializers.Serializer[Any]):
    """A new password, and the code that allows it."""

    login = serializers.CharField(max_length=254)
    code = serializers.CharField(max_length=12)
    password = serializers.CharField(max_length=256, trim_whitespace=False)


class NewPassword(serializers.Serializer[Any]):
    """A new password, and the one so far."""

    old = serializers.CharField(
        max_length=256, trim_whitespace=False, required=False, allow_blank=True, default=""
    )
    new = serializers.CharField(max_length=256, trim_whitespace=False)


# Replies with tokens are not kept for repeated requests: a token stands nowhere
# in the database. Codes are counted in transactions of their own.
@idempotency_exempt
class RegisterView(OpenView):
    """Opens an account and signs in."""

    @extend_schema(request=NewMember, responses={201: Session})
    def post(self, request: Request) -> Response:
        """Open an account and sign in."""
        values = dict(told(NewMember, request))
        count_opening(plain(request))
        now = utc_now()
        arrival = arrival_of(plain(request), invite_code=values.pop("invite_code", ""))
        member = register_member(**values, arrival=arrival, now=now)
        signed = open_session(member, device=device_of(request), now=now)
        return Response(Session(signed).data, status=201)


@idempotency_exempt
class SignInView(OpenView):
    """Exchanges a password for a token."""

    @extend_schema(request=Credentials, responses=Session)
    def post(self, request: Request) -> Response:
        """Sign in."""
        values = told(Credentials, request)
        count_attempt(plain(request), values["login"])
        signed = sign_in(**values, device=device_of(request), now=utc_now())
        return Response(Session(signed).data)


@idempotency_exempt
class CodeView(OpenView):
    """Sends one-time codes."""

    @extend_schema(request=CodeAsked, responses={202: CodeSent})
    def post(self, request: Request) -> Response:
        """Send a code; the sixth for a number within an hour is refused."""
        values = told(CodeAsked, request)
        sent = send_code(
            target=values["target"],
            purpose=CodePurpose(values["purpose"]),
            caller=caller_of(plain(request)),
            now=utc_now(),
        )
        return Response(CodeSent(sent).data, status=202)


@idempotency_exempt
class CodeSignInView(OpenView):
    """Exchanges a code for a token."""

    @extend_schema(request=CodeTold, responses=Session)
    def post(self, request: Request) -> Response:
        """Sign in by a code; opens an account where there is none."""
        values = dict(told(CodeTold, request))
        count_attempt(plain(request), values["target"])
        arrival = arrival_of(plain(request), invite_code=values.pop("invite_code", ""))
        signed = sign_in_with_code(
            **values, device=device_of(request), now=utc_now(), arrival=arrival
        )
        return Response(Session(signed).data)


@idempotency_exempt
class PasswordResetView(OpenView):
    """Chooses a password by a code."""

    @extend_schema(request=PasswordReset, responses=Session)
    def post(self, request: Request) -> Response:
        """Choose a password and sign in; all devices are signed out."""
        values = told(PasswordReset, request)
        count_attempt(plain(request), values["login"])
        signed = reset_password(
            login=values["login"],
            code=values["code"],
            new=values["password"],
            device=device_of(request),
            now=utc_now(),
        )
        return Response(Session(signed).data)


class PasswordView(MemberView):
    """Changes a password."""

    @extend_schema(request=NewPassword, responses={204: OpenApiResponse(description="Chosen.")})
    def post(self, request: Request) -> Response:
        """Choose a password; all other devices are signed out."""
        values = told(NewPassword, request)
        count_attempt(plain(request), f"password:{self.member_id}")
        asked = plain(request)
        set_password(
            self.member_id,
            old=values["old"],
            new=values["new"],
            keep=bearer_token(asked) or cookie_token(asked),
            now=utc_now(),
        )
        return Response(status=204)


class SignOutView(MemberView):
    """Ends the session that asks."""

    @extend_schema(request=None, responses={204: OpenApiResponse(description="Signed out.")})
    def post(self, request: Request) -> Response:
        """Sign out."""
        asked = plain(request)
        sign_out(bearer_token(asked) or cookie_token(asked), now=utc_now())
        response = Response(status=204)
        forget(response)
        return response


class CurrentMemberView(MemberView):
    """Who is signed in."""

    @extend_schema(responses=MemberShown)
    def get(self, request: Request) -> Response:
        """Return the member."""
        return Response(MemberShown(self.member).data)

    @extend_schema(request=NewName, responses=MemberShown)
    def patch(self, request: Request) -> Response:
        """Change what the member is called."""
        member = rename(self.member_id, name=told(NewName, request)["name"])
        return Response(MemberShown(member).data)

    @extend_schema(request=None, responses={204: OpenApiResponse(description="Closed for good.")})
    def delete(self, request: Request) -> Response:
        """Close the account for good and erase the person from it; orders stay."""
        anonymise(self.member_id, actor=member_actor(self.member), reason="", now=utc_now())
        response = Response(status=204)
        forget(response)
        return response
