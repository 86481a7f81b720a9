"""The payment password over the store API."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.api.public_ids import PublicIdField
from kernel.common.idempotency.middleware import idempotency_exempt
from kernel.common.time import utc_now
from kernel.members.api.views import MemberView, plain, told
from kernel.members.limits import caller_of, count_attempt
from kernel.members.models import Identity
from kernel.payments.api.store_forms import PaymentPasswordShown
from kernel.payments.services.passwords import (
    change_password,
    choose_by_code,
    contacts_of,
    hint_of,
    send_password_code,
    standing_of,
)

_LONGEST = 64


class PaymentContactShown(serializers.Serializer[Any]):
    """Where a code can go; its owner knows it by the hint."""

    id = serializers.CharField(source="public_id")
    provider = serializers.CharField()
    hint = serializers.SerializerMethodField()

    def get_hint(self, contact: Identity) -> str:
        """Return the number or the address, mostly hidden."""
        return hint_of(contact)


class PaymentPasswordStanding(PaymentPasswordShown):
    """Where the password stands, and how another one can be chosen."""

    contacts = PaymentContactShown(many=True)


class PaymentCodeAsked(serializers.Serializer[Any]):
    """Where a code is to go; to the first contact when left out."""

    contact = PublicIdField("idn", required=False)


class PaymentCodeSent(serializers.Serializer[Any]):
    """A code that is on its way."""

    contact = PaymentContactShown()
    expires_at = serializers.DateTimeField()


class PaymentPasswordTold(serializers.Serializer[Any]):
    """Another payment password: six digits, with a code or with the present one."""

    new = serializers.CharField(max_length=_LONGEST)
    old = serializers.CharField(max_length=_LONGEST, required=False, default="", allow_blank=True)
    code = serializers.CharField(required=False, default="", allow_blank=True, max_length=12)
    contact = PublicIdField("idn", required=False)


@idempotency_exempt
class PasswordView(MemberView):
    """The member's payment password."""

    @extend_schema(responses=PaymentPasswordStanding)
    def get(self, request: Request) -> Response:
        """Return whether there is one, and where a code for another one can go."""
        now = utc_now()
        standing = standing_of(self.member_id, now=now)
        shown = {
            "is_set": standing.is_set,
            "is_needed": standing.is_needed,
            "is_asked": standing.is_asked,
            "locked_until": standing.locked_until,
            "contacts": contacts_of(self.member_id, now=now),
        }
        return Response(PaymentPasswordStanding(shown).data)

    @extend_schema(
        request=PaymentPasswordTold, responses={204: OpenApiResponse(description="Kept.")}
    )
    def put(self, request: Request) -> Response:
        """Choose a payment password by a code, or change it by the present one."""
        values = told(PaymentPasswordTold, request)
        count_attempt(plain(request), f"payment:{self.member_id}")
        if values["code"] or not values["old"]:
            choose_by_code(
                self.member_id,
                contact_id=values.get("contact"),
                code=values["code"],
                new=values["new"],
                now=utc_now(),
            )
        else:
            change_password(self.member_id, old=values["old"], new=values["new"], now=utc_now())
        return Response(status=204)


@idempotency_exempt
class PasswordCodesView(MemberView):
    """Codes with which a payment password is chosen."""

    @extend_schema(request=PaymentCodeAsked, responses={201: PaymentCodeSent})
    def post(self, request: Request) -> Response:
        """Send a code to one of the member's own contacts."""
        values = told(PaymentCodeAsked, request)
        contact, sent = send_password_code(
            self.member_id,
            contact_id=values.get("contact"),
            caller=caller_of(plain(request)),
            now=utc_now(),
        )
        shown = {"contact": contact, "expires_at": sent.expires_at}
        return Response(PaymentCodeSent(cast("Any", shown)).data, status=201)
