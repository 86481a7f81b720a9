"""Own fields over the admin API."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import items_of
from kernel.catalogue.api.fields import checked
from kernel.catalogue.models import Product
from kernel.common.ids import parse_public_id
from kernel.fields.choices import FieldKind, Subject
from kernel.fields.errors import UnknownField
from kernel.fields.models import OwnField
from kernel.fields.selectors import fields_of, values_of
from kernel.fields.services import add_field, change_field, delete_field, set_values
from kernel.members.selectors import visible_members
from kernel.orders.selectors import visible_orders

MANAGE: Final = "fields.manage"
_PREFIXES: Final = {"product": "prd", "member": "mem", "order": "ord"}


class FieldTold(serializers.Serializer[Any]):
    """What is said of a field."""

    name = serializers.CharField(max_length=80)
    choices = serializers.ListField(
        child=serializers.CharField(max_length=200), required=False, max_length=200
    )
    is_required = serializers.BooleanField(required=False)
    is_searchable = serializers.BooleanField(required=False)
    is_asked = serializers.BooleanField(required=False)
    position = serializers.IntegerField(required=False, min_value=0, max_value=999)


class NewFieldTold(FieldTold):
    """What is said of a field that is made up now."""

    subject = serializers.ChoiceField(choices=Subject.choices)
    code = serializers.CharField(max_length=40)
    kind = serializers.ChoiceField(choices=FieldKind.choices)


class FieldShown(NewFieldTold):
    """A field."""

    id = serializers.CharField()


class OwnValues(serializers.Serializer[Any]):
    """Values by the codes of their fields; an empty one takes a value away."""

    values = serializers.DictField(child=serializers.CharField(allow_blank=True))


class FieldsView(StaffView):
    """All fields."""

    permissions_by_method = {"GET": MANAGE, "POST": MANAGE}

    @extend_schema(responses=items_of(FieldShown))
    def get(self, request: Request) -> Response:
        """Return the fields of products, members and orders."""
        rows = [row for subject in Subject.values for row in fields_of(subject)]
        return Response({"items": [_shown(row) for row in rows]})

    @extend_schema(request=NewFieldTold, responses={201: FieldShown})
    def post(self, request: Request) -> Response:
        """Make a field up."""
        told: Any = checked(NewFieldTold, request.data)
        subject, code, kind = (told.pop(name) for name in ("subject", "code", "kind"))
        row = add_field(subject, code, kind=kind, told=told, actor=self.actor)
        return Response(_shown(row), status=201)


class FieldView(StaffView):
    """One field."""

    permissions_by_method = {"PUT": MANAGE, "DELETE": MANAGE}

    @extend_schema(request=FieldTold, responses=FieldShown)
    def put(self, request: Request, field: str) -> Response:
        """Change it; its code and kind stay."""
        told: Any = checked(FieldTold, request.data)
        return Response(_shown(change_field(_id(field), told, actor=self.actor)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, field: str) -> Response:
        """Delete it, and what stands in it."""
        delete_field(_id(field), actor=self.actor)
        return Response(status=204)


class _ValuesView(StaffView):
    """What stands in the fields of one thing."""

    subject = ""

    @extend_schema(responses=OwnValues)
    def get(self, request: Request, thing: str) -> Response:
        """Return the values by code."""
        key = self._key(thing, "GET")
        return Response({"values": values_of(self.subject, [key]).get(key, {})})

    @extend_schema(request=OwnValues, responses=OwnValues)
    def put(self, request: Request, thing: str) -> Response:
        """Write values; fields that are not named keep theirs."""
        told = checked(OwnValues, request.data)["values"]
        kept = set_values(self.subject, self._key(thing, "PUT"), told, actor=self.actor)
        return Response({"values": {code: text for code, text in kept.items() if text}})

    def _key(self, thing: str, method: str) -> UUID:
        permission = self.permissions_by_method[method]
        key = parse_public_id(_PREFIXES[self.subject], thing)
        rows: Any = Product.objects.all()
        if self.subject == Subject.MEMBER:
            rows = visible_members(permission)
        elif self.subject == Subject.ORDER:
            rows = visible_orders(permission)
        if not rows.filter(pk=key).exists():
            raise UnknownField
        return key


class ProductValuesView(_ValuesView):
    """What stands in the fields of a product."""

    subject = Subject.PRODUCT
    permissions_by_method = {"GET": "products.view", "PUT": "products.manage"}


class MemberValuesView(_ValuesView):
    """What stands in the fields of a member."""

    subject = Subject.MEMBER
    permissions_by_method = {"GET": "members.view", "PUT": "members.manage"}


class OrderValuesView(_ValuesView):
    """What stands in the fields of an order."""

    subject = Subject.ORDER
    permissions_by_method = {"GET": "orders.view", "PUT": "orders.manage"}


def _id(text: str) -> UUID:
    return parse_public_id("fld", text)


def _shown(row: OwnField) -> dict[str, Any]:
    names = ("subject", "code", "name", "kind", "choices", "is_required", "is_searchable")
    return {
        "id": row.public_id,
        **{name: getattr(row, name) for name in names},
        "is_asked": row.is_asked,
        "position": row.position,
    }


urlpatterns = [
    path("", FieldsView.as_view(), name="fields"),
    path("products/<str:thing>/", ProductValuesView.as_view(), name="product-fields"),
    path("members/<str:thing>/", MemberValuesView.as_view(), name="member-fields"),
    path("orders/<str:thing>/", OrderValuesView.as_view(), name="order-fields"),
    path("<str:field>/", FieldView.as_view(), name="field"),
]
