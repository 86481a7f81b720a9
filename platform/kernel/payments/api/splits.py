"""Shares of payments over the admin API."""

from __future__ import annotations

from secrets import token_hex
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.public_ids import PublicIdField
from kernel.common.idempotency.middleware import HEADER
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.payments.api.fields import AmountAsked, AmountShown, amount_in
from kernel.payments.api.pages import checked
from kernel.payments.models import Split
from kernel.payments.selectors import attempt_with, receivers_of, split_with, splits_of
from kernel.payments.services.splits import Share, add_receiver, return_split, split_attempt

VIEW, MANAGE, REFUND = "payments.view", "payments.manage", "payments.refund"


class ReceiverTold(serializers.Serializer[Any]):
    """Somebody who may get shares at a gateway."""

    account = serializers.CharField(max_length=120)
    name = serializers.CharField(max_length=80)


class ReceiverShown(ReceiverTold):
    """A receiver that is known."""

    id = serializers.CharField(source="public_id")
    is_active = serializers.BooleanField()


class ShareTold(serializers.Serializer[Any]):
    """How much a receiver gets."""

    receiver = PublicIdField("psr")
    amount = AmountAsked()


class SharesTold(serializers.Serializer[Any]):
    """Shares of one attempt."""

    shares = serializers.ListField(child=ShareTold(), allow_empty=False, max_length=50)
    reason = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class ReturnTold(serializers.Serializer[Any]):
    """Why a share comes back."""

    reason = serializers.CharField(max_length=300)


class SplitShown(serializers.Serializer[Any]):
    """A share on its way, or back."""

    id = serializers.CharField(source="number")
    attempt = PublicIdField("pat", source="attempt_id")
    receiver = PublicIdField("psr", source="receiver_id")
    state = serializers.CharField()
    amount = AmountShown("amount_minor")
    currency = serializers.CharField()
    reason = serializers.CharField()
    failure = serializers.CharField()
    created_at = serializers.DateTimeField()


class ReceiversView(StaffView):
    """Who may get shares at a binding's gateway."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(responses=ReceiverShown(many=True))
    def get(self, request: Request, binding: str) -> Response:
        """Return the receivers."""
        return Response(ReceiverShown(receivers_of(_binding(binding)), many=True).data)

    @extend_schema(request=ReceiverTold, responses={201: ReceiverShown})
    def post(self, request: Request, binding: str) -> Response:
        """Add one; the same account again changes its name."""
        told = checked(ReceiverTold, request.data)
        row = add_receiver(_binding(binding), **told, actor=self.actor, now=utc_now())
        return Response(ReceiverShown(row).data, status=201)


class SplitsView(StaffView):
    """The shares of an attempt."""

    permissions_by_method = {"GET": VIEW, "POST": REFUND}

    @extend_schema(responses=SplitShown(many=True))
    def get(self, request: Request, attempt: str) -> Response:
        """Return the shares, the first first."""
        row = attempt_with(parse_public_id("pat", attempt))
        return Response(SplitShown(splits_of(row), many=True).data)

    @extend_schema(request=SharesTold, responses={201: SplitShown(many=True)})
    def post(self, request: Request, attempt: str) -> Response:
        """Give shares to receivers; they are sent right after this answer."""
        row = attempt_with(parse_public_id("pat", attempt))
        told = checked(SharesTold, request.data)
        shares = [
            Share(each["receiver"], amount_in(each["amount"], row.currency))
            for each in told["shares"]
        ]
        made = split_attempt(
            row.id,
            shares,
            key=f"staff:{request.headers.get(HEADER, '')[:80] or token_hex(16)}",
            reason=told["reason"],
            actor=self.actor,
            now=utc_now(),
        )
        return Response(SplitShown(made, many=True).data, status=201)


class SplitReturnView(StaffView):
    """Asks a share back."""

    permissions_by_method = {"POST": REFUND}

    @extend_schema(request=ReturnTold, responses=SplitShown)
    def post(self, request: Request, split: str) -> Response:
        """Have a share come back from its receiver."""
        row: Split = split_with(parse_public_id("psp", split))
        told = checked(ReturnTold, request.data)
        done = return_split(row.id, reason=told["reason"], actor=self.actor, now=utc_now())
        return Response(SplitShown(done).data)


def _binding(text: str) -> UUID:
    return parse_public_id("pay", text)
