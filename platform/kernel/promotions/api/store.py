"""Promotions and coupons over the store API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.api.openapi.answers import items_of
from kernel.cart.choices import CartPurpose
from kernel.cart.services import CartOwner
from kernel.checkout.api.store import CheckoutTold
from kernel.checkout.services import Choices, Visit, quote
from kernel.common.ids import parse_public_id, public_id
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.members.api.authentication import MemberAuthentication
from kernel.members.api.views import MemberView, OpenView, told
from kernel.members.models import Member
from kernel.promotions.choices import CouponKind, CouponState
from kernel.promotions.discounts import INPUT
from kernel.promotions.limits import CODES
from kernel.promotions.models import Coupon, CouponTemplate
from kernel.promotions.offered import wall
from kernel.promotions.offers import coupon_offer
from kernel.promotions.selectors import (
    MOST_HELD,
    choices_for,
    coupon_name,
    held_by,
    labels_of,
    live_offers,
    state_of,
)
from kernel.promotions.services import redeem, take
from kernel.tenancy.context import current_tenant

_PRODUCT: Final = OpenApiParameter("product", str, description="only those it takes part in")
_STATE: Final = OpenApiParameter("state", str, enum=CouponState.values)


class PromotionOffered(serializers.Serializer[Any]):
    """A promotion that is on for everybody, in words."""

    id = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField()
    rule = serializers.CharField()
    ends_at = serializers.DateTimeField(allow_null=True)


class CouponOffered(serializers.Serializer[Any]):
    """A kind of coupon, in words; ``left`` is null without a bound, ``points`` 0 for nothing."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=CouponKind.choices)
    name = serializers.CharField()
    rule = serializers.CharField()
    threshold = serializers.CharField()
    currency = serializers.CharField()
    left = serializers.IntegerField(allow_null=True)
    points = serializers.IntegerField()
    may_take = serializers.BooleanField()


class CouponHeld(serializers.Serializer[Any]):
    """A coupon that the member holds, in words."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=CouponKind.choices)
    name = serializers.CharField()
    rule = serializers.CharField()
    state = serializers.ChoiceField(choices=CouponState.choices)
    valid_from = serializers.DateTimeField()
    valid_until = serializers.DateTimeField()


class CouponChoice(CouponHeld):
    """A coupon at checkout: whether it can be used, and what it would take off the goods."""

    is_usable = serializers.BooleanField()
    saves = serializers.CharField()


class CodeTold(serializers.Serializer[Any]):
    """A code that somebody was given."""

    code = serializers.CharField(max_length=80)


class PromotionsView(OpenView):
    """The promotions that are on."""

    @extend_schema(parameters=[_PRODUCT], responses=items_of(PromotionOffered))
    def get(self, request: Request) -> Response:
        """Return the promotions for everybody."""
        now, show = utc_now(), _show()
        wanted = request.query_params.get("product", "")
        if wanted:
            labels = labels_of(parse_public_id("prd", wanted), show=show, now=now)
            keys = {label.key for label in labels}
        offers = [each for each in live_offers(now=now) if not wanted or each.key in keys]
        return Response(
            {
                "items": [
                    {
                        "id": public_id("pro", each.key),
                        "kind": each.action.code,
                        "name": each.label(get_language()),
                        "rule": each.rule(show),
                        "ends_at": each.ends_at,
                    }
                    for each in offers
                ]
            }
        )


class WallView(APIView):
    """The coupons that can be taken."""

    authentication_classes = (MemberAuthentication,)
    permission_classes = ()

    @extend_schema(responses=items_of(CouponOffered))
    def get(self, request: Request) -> Response:
        """Return the coupons of the coupon page."""
        buyer: object = request.user
        member_id = buyer.pk if isinstance(buyer, Member) else None
        found = wall(member_id=member_id, show=_show(), now=utc_now())
        return Response(
            {
                "items": [
                    {
                        **_template(each.template),
                        "rule": each.rule,
                        "left": each.left,
                        "points": each.points,
                        "may_take": each.may_take,
                    }
                    for each in found
                ]
            }
        )


class TakeView(MemberView):
    """A coupon that is taken."""

    @extend_schema(request=None, responses={201: CouponHeld})
    def post(self, request: Request, template: str) -> Response:
        """Take a coupon from the coupon page, for nothing or for points."""
        now = utc_now()
        row = take(parse_public_id("cpt", template), member_id=self.member_id, now=now)
        return Response(_held(row), status=201)


class RedeemView(MemberView):
    """A code that becomes a coupon."""

    @extend_schema(request=CodeTold, responses={201: CouponHeld})
    def post(self, request: Request) -> Response:
        """Turn a code into a coupon."""
        asked = told(CodeTold, request)
        CODES.check(f"member:{self.member_id}")
        row = redeem(asked["code"], member_id=self.member_id, now=utc_now())
        return Response(_held(row), status=201)


class CouponsView(MemberView):
    """The member's coupons."""

    @extend_schema(parameters=[_STATE], responses=items_of(CouponHeld))
    def get(self, request: Request) -> Response:
        """Return the coupons of a state, usable ones unless told otherwise."""
        asked = request.query_params.get("state", "")
        state = asked if asked in CouponState.values else CouponState.UNUSED.value
        rows = held_by(self.member_id, states=[state], now=utc_now())[:MOST_HELD]
        return Response({"items": [_held(row) for row in rows]})


class ChoicesView(MemberView):
    """The coupons for what is about to be ordered."""

    @extend_schema(request=CheckoutTold, responses=items_of(CouponChoice))
    def post(self, request: Request) -> Response:
        """Return the member's coupons for this checkout, the best first."""
        asked = told(CheckoutTold, request)
        now = utc_now()
        inputs = {name: value for name, value in asked["inputs"].items() if name != INPUT}
        found = quote(
            Visit(
                owner=CartOwner(member_id=self.member_id),
                address=asked.get("address", {}),
                choices=Choices(asked["shipping"], asked["note"], inputs),
                purpose=CartPurpose(asked["purpose"]),
                source="api",
            ),
            now=now,
        )
        currency = found.currency
        choices = choices_for(found.lines, member_id=self.member_id, currency=currency, now=now)
        return Response(
            {
                "items": [
                    {
                        **_held(each.coupon),
                        "is_usable": each.is_usable,
                        "saves": Money(each.saves_minor, currency).decimal(),
                    }
                    for each in choices
                ]
            }
        )


def _show() -> Callable[[int], str]:
    currency = current_tenant().currency
    return lambda minor: f"{Money(minor, currency).decimal()} {currency}"


def _template(row: CouponTemplate) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "kind": row.kind,
        "name": coupon_name(row),
        "threshold": Money(row.threshold_minor, row.currency).decimal(),
        "currency": row.currency,
    }


def _held(row: Coupon) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "kind": row.template.kind,
        "name": coupon_name(row.template),
        "rule": coupon_offer(row.template, row.pk).rule(_show()),
        "state": state_of(row, now=utc_now()).value,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
    }
