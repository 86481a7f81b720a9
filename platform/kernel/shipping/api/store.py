"""What freight costs, over the store API."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.api.openapi.answers import items_of
from kernel.catalogue.api.fields import checked
from kernel.common.ids import parse_public_id
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.members.api.authentication import MemberAuthentication
from kernel.members.models import Member
from kernel.orders.api.forms import DEGREES
from kernel.orders.choices import FulfilmentMethod
from kernel.pricing.values import Buyer
from kernel.shipping.estimates import Estimate, estimate, loads_of
from kernel.shipping.places import where_of
from kernel.shipping.texts import obstacle_text
from kernel.tenancy.context import current_tenant

_MOST_PIECES: Final = 1_000_000
_ASKED: Final = [
    OpenApiParameter("quantity", int, description="how many; 1 when left out"),
    OpenApiParameter("country", str, description="ISO 3166-1, two letters"),
    OpenApiParameter("region_code", str, description="of the smallest division that is known"),
    OpenApiParameter("latitude", str),
    OpenApiParameter("longitude", str),
]


class EstimateShown(serializers.Serializer[Any]):
    """A way with what it would cost.

    ``amount`` is a decimal string; ``is_decided`` false says that more of the address must
    be known; ``obstacle`` why it is not brought there, empty when it is.
    """

    code = serializers.CharField()
    name = serializers.CharField()
    names = serializers.JSONField()
    method = serializers.ChoiceField(choices=FulfilmentMethod.choices)
    currency = serializers.CharField()
    amount = serializers.CharField()
    is_decided = serializers.BooleanField()
    obstacle = serializers.CharField(allow_blank=True)


class FreightAsked(serializers.Serializer[Any]):
    """How many, and where to."""

    quantity = serializers.IntegerField(min_value=1, max_value=_MOST_PIECES, default=1)
    country = serializers.CharField(max_length=2, allow_blank=True, default="")
    region_code = serializers.CharField(max_length=12, allow_blank=True, default="")
    latitude = serializers.RegexField(DEGREES, max_length=12, allow_blank=True, default="")
    longitude = serializers.RegexField(DEGREES, max_length=12, allow_blank=True, default="")


class VariantFreightView(APIView):
    """What bringing a variant costs."""

    authentication_classes = (MemberAuthentication,)
    permission_classes = ()

    @extend_schema(parameters=_ASKED, responses=items_of(EstimateShown))
    def get(self, request: Request, variant: str) -> Response:
        """Return what each way would cost for this alone; nothing for what needs no parcel."""
        told = checked(FreightAsked, request.query_params)
        currency = current_tenant().currency
        buyer: object = request.user
        loads = loads_of(
            {parse_public_id("var", variant): told["quantity"]},
            buyer=Buyer(member_id=buyer.pk if isinstance(buyer, Member) else None),
            currency=currency,
            now=utc_now(),
        )
        found = estimate(loads, where_of(told), currency=currency) if loads else []
        return Response({"items": [estimate_data(each, currency) for each in found]})


def estimate_data(each: Estimate, currency: str) -> dict[str, object]:
    """Return a way with what it would cost."""
    way, freight = each.way, each.freight
    first = next(iter(freight.hindrances), None) if freight.is_decided else None
    return {
        "code": way.code,
        "name": way.name_in(get_language() or ""),
        "names": way.names,
        "method": way.method,
        "currency": currency,
        "amount": Money(freight.minor, currency).decimal(),
        "is_decided": freight.is_decided,
        "obstacle": obstacle_text(first, currency) if first else "",
    }
