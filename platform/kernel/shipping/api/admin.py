"""Ways to ship and freight templates over the admin API."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import items_of
from kernel.api.public_ids import PublicIdField
from kernel.catalogue.api.fields import checked
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.members.regions import edition
from kernel.orders.api.forms import DEGREES
from kernel.pricing.values import Buyer
from kernel.shipping.api.forms import (
    FreightTemplateShown,
    NewTemplateForm,
    ShippingMethodShown,
    ShippingMethodTold,
    TemplateChangeForm,
    method_data,
    method_told,
    rules_told,
    template_data,
)
from kernel.shipping.api.store import EstimateShown, estimate_data
from kernel.shipping.errors import UnknownMethod, UnknownTemplate
from kernel.shipping.estimates import estimate, loads_of
from kernel.shipping.models import FreightTemplate, ShippingMethod
from kernel.shipping.places import where_of
from kernel.shipping.services import (
    TemplateTerms,
    change_template,
    create_template,
    delete_shipping_method,
    delete_template,
    set_shipping_method,
)
from kernel.tenancy.context import current_tenant

VIEW: Final = "shipping.view"
MANAGE: Final = "shipping.manage"
_MOST: Final = 200


class MethodsView(StaffView):
    """The ways to ship."""

    permissions_by_method = {"GET": VIEW, "PUT": MANAGE}

    @extend_schema(responses=items_of(ShippingMethodShown))
    def get(self, request: Request) -> Response:
        """Return all of them, in the order in which buyers see them."""
        rows = ShippingMethod.objects.order_by("position", "id")[:_MOST]
        return Response({"items": [method_data(row) for row in rows]})

    @extend_schema(request=ShippingMethodTold, responses=ShippingMethodShown)
    def put(self, request: Request) -> Response:
        """Add a way to ship, or change the one with this code."""
        told = checked(ShippingMethodTold, request.data)
        terms = method_told(told, current_tenant().currency)
        return Response(method_data(set_shipping_method(terms, actor=self.actor)))


class MethodView(StaffView):
    """One way to ship."""

    permissions_by_method = {"GET": VIEW, "DELETE": MANAGE}

    @extend_schema(responses=ShippingMethodShown)
    def get(self, request: Request, method: str) -> Response:
        """Return it."""
        row = ShippingMethod.objects.filter(pk=parse_public_id("shm", method)).first()
        if row is None:
            raise UnknownMethod
        return Response(method_data(row))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, method: str) -> Response:
        """Delete it; orders keep its code."""
        delete_shipping_method(parse_public_id("shm", method), actor=self.actor)
        return Response(status=204)


class TemplatesView(StaffView):
    """The freight templates."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(responses=items_of(FreightTemplateShown))
    def get(self, request: Request) -> Response:
        """Return all of them."""
        rows = FreightTemplate.objects.order_by("name", "id")[:_MOST]
        return Response({"items": [template_data(row) for row in rows]})

    @extend_schema(request=NewTemplateForm, responses={201: FreightTemplateShown})
    def post(self, request: Request) -> Response:
        """Make a freight template; a region stands in one line only."""
        told = checked(NewTemplateForm, request.data)
        currency = current_tenant().currency
        terms = TemplateTerms(told["name"], told["measure"], rules_told(told["rules"], currency))
        row = create_template(told["code"], terms, currency=currency, actor=self.actor)
        return Response(template_data(row), status=201)


class TemplateView(StaffView):
    """One freight template."""

    permissions_by_method = {"GET": VIEW, "PUT": MANAGE, "DELETE": MANAGE}

    @extend_schema(responses=FreightTemplateShown)
    def get(self, request: Request, template: str) -> Response:
        """Return it."""
        return Response(template_data(_template(template)))

    @extend_schema(request=TemplateChangeForm, responses=FreightTemplateShown)
    def put(self, request: Request, template: str) -> Response:
        """Change it, whole."""
        row = _template(template)
        told = checked(TemplateChangeForm, request.data)
        rules = rules_told(told["rules"], row.currency)
        changed = change_template(
            row.pk,
            TemplateTerms(told["name"], told["measure"], rules),
            expected_version=told.get("version"),
            actor=self.actor,
        )
        return Response(template_data(changed))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, template: str) -> Response:
        """Delete a template that nothing uses."""
        delete_template(parse_public_id("frt", template), actor=self.actor)
        return Response(status=204)


class PreviewItem(serializers.Serializer[Any]):
    """So many of a variant."""

    variant = PublicIdField("var")
    quantity = serializers.IntegerField(min_value=1, max_value=1_000_000)


class PreviewAsked(serializers.Serializer[Any]):
    """Goods, and where they go."""

    items = PreviewItem(many=True, allow_empty=False)
    country = serializers.CharField(max_length=2, default="CN")
    region_code = serializers.CharField(max_length=12, allow_blank=True, default="")
    latitude = serializers.RegexField(DEGREES, max_length=12, allow_blank=True, default="")
    longitude = serializers.RegexField(DEGREES, max_length=12, allow_blank=True, default="")


class PreviewView(StaffView):
    """What freight would cost."""

    permissions_by_method = {"POST": VIEW}

    @extend_schema(request=PreviewAsked, responses=items_of(EstimateShown))
    def post(self, request: Request) -> Response:
        """Count the freight of some goods to a place, by every way; nothing is kept."""
        told = checked(PreviewAsked, request.data)
        currency = current_tenant().currency
        wanted = {row["variant"]: row["quantity"] for row in told["items"]}
        loads = loads_of(wanted, buyer=Buyer(), currency=currency, now=utc_now())
        found = estimate(loads, where_of(told), currency=currency)
        return Response({"items": [estimate_data(each, currency) for each in found]})


class RegionsShown(serializers.Serializer[Any]):
    """Which list of divisions is used."""

    edition = serializers.CharField()
    origin = serializers.CharField()


class RegionsView(StaffView):
    """The list of divisions that templates name."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=RegionsShown)
    def get(self, request: Request) -> Response:
        """Return its edition, and where it comes from."""
        name, source = edition()
        return Response({"edition": name, "origin": source})


def _template(text: str) -> FreightTemplate:
    row = FreightTemplate.objects.filter(pk=parse_public_id("frt", text)).first()
    if row is None:
        raise UnknownTemplate
    return row
