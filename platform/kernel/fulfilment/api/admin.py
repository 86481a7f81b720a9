"""Shipping, pickups and keys over the admin API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.access.scopes import stores_for
from kernel.api.openapi.answers import page_of, paging
from kernel.catalogue.sent import MOST_PICTURES, contents_of
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.fulfilment.api.forms import ParcelShown
from kernel.fulfilment.choices import FulfilmentState
from kernel.fulfilment.errors import FulfilmentNotFound, ProofRefused
from kernel.fulfilment.models import Fulfilment
from kernel.fulfilment.services import (
    Parcel,
    Proof,
    ShipmentRow,
    add_keys,
    change_shipment,
    fulfil,
    hand_over_by_code,
    receive_fulfilment,
    ship_rows,
)
from kernel.fulfilment.services.sheets import MOST_ROWS
from kernel.orders.models import Order
from kernel.orders.selectors import staff_order, visible_orders

VIEW, MANAGE = "fulfilment.view", "fulfilment.manage"


class ItemTold(serializers.Serializer[Any]):
    """So many of a line."""

    line = serializers.CharField(max_length=40)
    quantity = serializers.IntegerField(min_value=1)


class ParcelTold(serializers.Serializer[Any]):
    """What leaves; everything that is open when no items are named."""

    order = serializers.CharField(max_length=44)
    items = serializers.ListField(child=ItemTold(), required=False, min_length=1, max_length=200)
    carrier = serializers.CharField(max_length=60, allow_blank=True, default="")
    tracking = serializers.CharField(max_length=80, allow_blank=True, default="")
    location = serializers.CharField(max_length=40, required=False)


class TrackingTold(serializers.Serializer[Any]):
    """How a parcel travels."""

    carrier = serializers.CharField(max_length=60)
    tracking = serializers.CharField(max_length=80)


class RowTold(TrackingTold):
    """A row of a spreadsheet."""

    number = serializers.CharField(max_length=100, allow_blank=True)
    carrier = serializers.CharField(max_length=200, allow_blank=True, default="")
    tracking = serializers.CharField(max_length=200, allow_blank=True, default="")
    sku = serializers.CharField(max_length=200, allow_blank=True, default="")
    quantity = serializers.CharField(max_length=40, allow_blank=True, default="")


class RowsTold(serializers.Serializer[Any]):
    """The rows of a spreadsheet."""

    rows = serializers.ListField(child=RowTold(), min_length=1, max_length=MOST_ROWS)


class FaultShown(serializers.Serializer[Any]):
    """A row that did not leave; counted from 1."""

    row = serializers.IntegerField()
    code = serializers.CharField()
    text = serializers.CharField()


class ReportShown(serializers.Serializer[Any]):
    """What became of a spreadsheet."""

    shipped = serializers.IntegerField()
    faults = FaultShown(many=True)


class ProofTold(serializers.Serializer[Any]):
    """What shows that it arrived; with pictures as ``multipart/form-data``."""

    name = serializers.CharField(max_length=80, allow_blank=True, default="")
    pictures = serializers.ListField(
        child=serializers.FileField(max_length=200), max_length=MOST_PICTURES, default=list
    )


class CodeTold(serializers.Serializer[Any]):
    """What the buyer says."""

    code = serializers.CharField(max_length=40)


class KeysTold(serializers.Serializer[Any]):
    """Keys of a variant."""

    variant = serializers.CharField(max_length=40)
    keys = serializers.ListField(
        child=serializers.CharField(max_length=500), min_length=1, max_length=10_000
    )


class AddedShown(serializers.Serializer[Any]):
    """How many keys were new."""

    added = serializers.IntegerField()


class FulfilmentShown(ParcelShown):
    """A parcel, a pickup or a delivery."""

    order = serializers.CharField(source="order.number")


class ListAsked(serializers.Serializer[Any]):
    """Which parcels a list shows."""

    state = serializers.ChoiceField(choices=FulfilmentState.choices, required=False)
    order = serializers.CharField(max_length=44, required=False)


class Newest(CursorPagination):
    """Pages with the newest first."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "-id"


class FulfilmentsView(StaffView):
    """The parcels of the shop."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(parameters=[ListAsked, *paging("page_size")], responses=page_of(FulfilmentShown))
    def get(self, request: Request) -> Response:
        """Return a page of parcels, newest first."""
        asked = ListAsked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        found = Fulfilment.objects.select_related("order").order_by("-id")
        if stores_for(VIEW) is not None:
            found = found.filter(order__in=visible_orders(VIEW))
        if state := asked.validated_data.get("state"):
            found = found.filter(state=state)
        if number := asked.validated_data.get("order"):
            found = found.filter(order__number=number)
        pages = Newest()
        rows = pages.paginate_queryset(found, request, view=self) or []
        return pages.get_paginated_response(FulfilmentShown(rows, many=True).data)

    @extend_schema(request=ParcelTold, responses={201: FulfilmentShown})
    def post(self, request: Request) -> Response:
        """Ship a parcel."""
        told = _told(ParcelTold, request)
        parcel = _parcel(staff_order(told["order"], MANAGE), told)
        made = fulfil(parcel, actor=self.actor, now=utc_now())
        return Response(FulfilmentShown(made).data, status=201)


class FulfilmentView(StaffView):
    """One parcel."""

    permissions_by_method = {"PATCH": MANAGE}

    @extend_schema(request=TrackingTold, responses=FulfilmentShown)
    def patch(self, request: Request, fulfilment: str) -> Response:
        """Name another carrier or number, as long as it has only just left."""
        told = _told(TrackingTold, request)
        row = change_shipment(_visible(fulfilment), **told, actor=self.actor, now=utc_now())
        return Response(FulfilmentShown(row).data)


class ReceiptView(StaffView):
    """Notes that a parcel arrived."""

    parser_classes = (JSONParser, MultiPartParser)
    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=ProofTold, responses=FulfilmentShown)
    def post(self, request: Request, fulfilment: str) -> Response:
        """Note that it arrived, or add to what shows that it did."""
        told = _told(ProofTold, request)
        proof = Proof(told["name"], contents_of(told["pictures"], refusal=ProofRefused))
        row = receive_fulfilment(_visible(fulfilment), proof=proof, actor=self.actor, now=utc_now())
        return Response(FulfilmentShown(row).data)


class RowsView(StaffView):
    """Ships by the rows of a spreadsheet."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=RowsTold, responses=ReportShown)
    def post(self, request: Request) -> Response:
        """Ship what the rows say; bad rows are named, the rest leaves."""
        rows = [ShipmentRow(**row) for row in _told(RowsTold, request)["rows"]]
        report = ship_rows(rows, actor=self.actor, now=utc_now())
        return Response(ReportShown(report).data)


class PickupView(StaffView):
    """Hands an order over."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=CodeTold, responses={201: FulfilmentShown})
    def post(self, request: Request) -> Response:
        """Hand everything of an order to whoever says its code."""
        made = hand_over_by_code(_told(CodeTold, request)["code"], actor=self.actor, now=utc_now())
        return Response(FulfilmentShown(made).data, status=201)


class KeysView(StaffView):
    """Keys that are sold."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=KeysTold, responses={201: AddedShown})
    def post(self, request: Request) -> Response:
        """Take keys in, and count them as stock."""
        told = _told(KeysTold, request)
        variant_id = parse_public_id("var", told["variant"])
        added = add_keys(variant_id, told["keys"], actor=self.actor, now=utc_now())
        return Response({"added": added}, status=201)


def _told(form: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    bound = form(data=request.data)
    bound.is_valid(raise_exception=True)
    return dict(bound.validated_data)


def _visible(text: str) -> UUID:
    """Return the id of a parcel that whoever acts may see; another's is told by nobody."""
    key = parse_public_id("ful", text)
    if stores_for(MANAGE) is None:
        return key
    if not Fulfilment.objects.filter(pk=key, order__in=visible_orders(MANAGE)).exists():
        raise FulfilmentNotFound
    return key


def _parcel(order: Order, told: dict[str, Any]) -> Parcel:
    quantities = None
    if "items" in told:
        quantities = {
            parse_public_id("oli", item["line"]): int(item["quantity"]) for item in told["items"]
        }
    location = told.get("location")
    return Parcel(
        order.pk,
        quantities,
        told["carrier"],
        told["tracking"],
        parse_public_id("loc", location) if location else None,
    )
