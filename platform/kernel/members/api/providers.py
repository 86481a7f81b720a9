"""Signing in by other companies, over the store API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.common.idempotency.middleware import idempotency_exempt
from kernel.common.time import utc_now
from kernel.members.api.storefront import MemberShown, Session
from kernel.members.api.views import MemberView, OpenView, device_of, plain, told
from kernel.members.cookies import arrival_of
from kernel.members.limits import count_attempt, count_question
from kernel.members.proven import Proven
from kernel.members.services.identities import add_identity, sign_in_with
from kernel.members.services.providers import begin, offered_providers, prove


class ProviderShown(serializers.Serializer[Any]):
    """A way to sign in."""

    code = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField()


class BeginTold(serializers.Serializer[Any]):
    """The page of the shop to come back to."""

    redirect_uri = serializers.CharField(max_length=500)


class BeginShown(serializers.Serializer[Any]):
    """Where to go, and what to bring back."""

    url = serializers.CharField()
    ticket = serializers.CharField()


class AnswerTold(serializers.Serializer[Any]):
    """What somebody brings back from a provider."""

    code = serializers.CharField(max_length=1024)
    state = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    ticket = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    phone_code = serializers.CharField(max_length=512, required=False, allow_blank=True, default="")
    invite_code = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")


class ProvidersView(OpenView):
    """By what members may sign in."""

    @extend_schema(responses=ProviderShown(many=True))
    def get(self, request: Request) -> Response:
        """Return the providers that this shop offers."""
        return Response(ProviderShown(offered_providers(), many=True).data)


@idempotency_exempt
class ProviderBeginView(OpenView):
    """Sends people to a provider."""

    @extend_schema(request=BeginTold, responses=BeginShown)
    def post(self, request: Request, provider: str) -> Response:
        """Return the provider's page; the ticket is kept until people come back."""
        values = told(BeginTold, request)
        count_question(plain(request))
        url, ticket = begin(provider, redirect_uri=values["redirect_uri"])
        return Response(BeginShown({"url": url, "ticket": ticket}).data)


@idempotency_exempt
class ProviderSignInView(OpenView):
    """Exchanges a provider's answer for a token."""

    @extend_schema(request=AnswerTold, responses=Session)
    def post(self, request: Request, provider: str) -> Response:
        """Sign in by a provider; opens an account where there is none."""
        values = told(AnswerTold, request)
        proven = _prove(request, provider, values)
        signed = sign_in_with(
            proven,
            device=device_of(request),
            now=utc_now(),
            arrival=arrival_of(plain(request), invite_code=values["invite_code"]),
        )
        return Response(Session(signed).data)


@idempotency_exempt
class ProviderIdentityView(MemberView):
    """Lets a member sign in by a provider from now on."""

    @extend_schema(request=AnswerTold, responses=MemberShown)
    def post(self, request: Request, provider: str) -> Response:
        """Add the identity; joins the account that has it."""
        proven = _prove(request, provider, told(AnswerTold, request))
        member = add_identity(self.member_id, proven, now=utc_now())
        return Response(MemberShown(member).data)


def _prove(request: Request, provider: str, values: Any) -> Proven:
    # Counted by the answer, so that nobody who comes from one network waits for others.
    count_attempt(plain(request), f"provider:{provider}:{values['code']}")
    return prove(
        provider,
        answer=values["code"],
        state=values["state"],
        ticket=values["ticket"],
        phone_code=values["phone_code"],
    )
