"""What was handed over of a member's order, over the store API."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.common.ids import public_id
from kernel.fulfilment.api.forms import ParcelShown
from kernel.fulfilment.choices import FulfilmentState
from kernel.fulfilment.models import Fulfilment, FulfilmentItem, PickupCode
from kernel.fulfilment.services import code_of, keys_of
from kernel.members.api.views import MemberView
from kernel.orders.choices import FulfilmentMethod
from kernel.orders.models import Order
from kernel.orders.selectors import member_order


class InsideShown(serializers.Serializer[Any]):
    """So many of a line."""

    line = serializers.CharField()
    quantity = serializers.IntegerField()


class OwnParcelShown(ParcelShown):
    """A parcel with what is inside."""

    items = InsideShown(many=True)


class CodeShown(serializers.Serializer[Any]):
    """What is said when the goods are fetched; it works once."""

    code = serializers.CharField()
    used_at = serializers.DateTimeField(allow_null=True)


class KeysShown(serializers.Serializer[Any]):
    """The keys that were bought with a line."""

    line = serializers.CharField()
    keys = serializers.ListField(child=serializers.CharField())


class HandedShown(serializers.Serializer[Any]):
    """Everything that was handed over of an order, or waits to be fetched."""

    parcels = OwnParcelShown(many=True)
    pickup = CodeShown(allow_null=True)
    keys = KeysShown(many=True)


class ParcelsView(MemberView):
    """What was handed over of an order of who calls."""

    @extend_schema(responses=HandedShown)
    def get(self, request: Request, order: str) -> Response:
        """Return the parcels of an order with their numbers, its pickup code, its keys."""
        found = member_order(self.member_id, order)
        code = code_of(found.pk)
        answer = {"parcels": _parcels(found), "pickup": _code(code), "keys": _keys(found)}
        return Response(answer)


def _parcels(order: Order) -> list[dict[str, Any]]:
    rows = Fulfilment.objects.filter(order=order).exclude(state=FulfilmentState.CANCELLED)
    inside: dict[UUID, list[dict[str, object]]] = defaultdict(list)
    for item in FulfilmentItem.objects.filter(fulfilment__order=order).order_by("id"):
        line = public_id("oli", item.line_id)
        inside[item.fulfilment_id].append({"line": line, "quantity": item.quantity})
    return [{**ParcelShown(row).data, "items": inside[row.pk]} for row in rows.order_by("id")]


def _code(code: PickupCode | None) -> dict[str, Any] | None:
    return CodeShown(code).data if code is not None else None


def _keys(order: Order) -> list[dict[str, object]]:
    if order.method != FulfilmentMethod.DIGITAL:
        return []
    return [
        {"line": public_id("oli", line_id), "keys": list(keys)}
        for line_id, keys in keys_of(order.pk).items()
    ]
