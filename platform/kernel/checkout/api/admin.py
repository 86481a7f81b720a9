"""Ways to ship over the admin API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.checkout.choices import Rate
from kernel.checkout.models import ShippingMethod
from kernel.checkout.services.shipping import ShippingTerms, set_shipping_method
from kernel.common.ids import parse_public_id, public_id
from kernel.common.money import Money
from kernel.orders.choices import FulfilmentMethod
from kernel.tenancy.context import current_tenant


class ShippingForm(serializers.Serializer[Any]):
    """A way to ship; amounts are decimal strings in the shop's currency."""

    code = serializers.CharField(max_length=40)
    names = serializers.DictField(child=serializers.CharField(max_length=80))
    method = serializers.ChoiceField(choices=FulfilmentMethod.choices)
    rate = serializers.ChoiceField(choices=Rate.choices)
    base = serializers.CharField(max_length=40, default="0")
    piece = serializers.CharField(max_length=40, default="0")
    free_from = serializers.CharField(max_length=40, allow_null=True, default=None)
    location = serializers.CharField(max_length=40, allow_null=True, default=None)
    position = serializers.IntegerField(min_value=0, max_value=30_000, default=0)
    is_active = serializers.BooleanField(default=True)


class ShippingMethodsView(StaffView):
    """The ways to ship."""

    permissions_by_method = {"GET": "orders.view", "PUT": "orders.manage"}

    @extend_schema(responses=ShippingForm(many=True))
    def get(self, request: Request) -> Response:
        """Return all of them."""
        rows = ShippingMethod.objects.order_by("position", "id")
        return Response([_data(row) for row in rows])

    @extend_schema(request=ShippingForm, responses=ShippingForm)
    def put(self, request: Request) -> Response:
        """Add a way to ship, or change the one with this code."""
        form = ShippingForm(data=request.data)
        form.is_valid(raise_exception=True)
        told = dict(form.validated_data)
        currency = current_tenant().currency
        free_from, place = told.pop("free_from"), told.pop("location")
        terms = ShippingTerms(
            base_minor=Money.parse(told.pop("base"), currency).minor,
            piece_minor=Money.parse(told.pop("piece"), currency).minor,
            free_from_minor=None if free_from is None else Money.parse(free_from, currency).minor,
            location_id=None if place is None else parse_public_id("loc", place),
            currency=currency,
            **told,
        )
        return Response(_data(set_shipping_method(terms, actor=self.actor)))


def _data(row: ShippingMethod) -> dict[str, object]:
    def amount(minor: int) -> str:
        return Money(minor, row.currency).decimal()

    return {
        "code": row.code,
        "names": row.names,
        "method": row.method,
        "rate": row.rate,
        "base": amount(row.base_minor),
        "piece": amount(row.piece_minor),
        "free_from": None if row.free_from_minor is None else amount(row.free_from_minor),
        "location": None if row.location_id is None else public_id("loc", row.location_id),
        "position": row.position,
        "is_active": row.is_active,
    }
