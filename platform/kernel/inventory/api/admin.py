"""Stock over the admin API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import page_of, paging
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.inventory.api.forms import (
    AdjustmentAsked,
    ArrivalAsked,
    CountAsked,
    CountShown,
    ItemsAsked,
    ItemShown,
    LevelsAsked,
    LocationChanged,
    LocationForm,
    MovementsAsked,
    MovementShown,
    PartShown,
    ReceiptAsked,
    StockPolicyForm,
    TransferAsked,
    TransferDetail,
    TransferLineShown,
    TransfersAsked,
    TransferShown,
)
from kernel.inventory.errors import UnknownStock
from kernel.inventory.models import Location
from kernel.inventory.selectors import (
    counts,
    lines_of,
    movements_of,
    stock_items,
    transfers,
)
from kernel.inventory.services import (
    adjust,
    change_location,
    count,
    create_location,
    current_stock_policy,
    receive,
    receive_transfer,
    send_transfer,
    set_levels,
    set_stock_policy,
)
from kernel.inventory.values import StockLine, Want

_VIEW, _MANAGE = "stock.view", "stock.manage"


class ById(CursorPagination):
    """Pages in the order of ids, which is the order of time."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = "id"


class NewestFirst(ById):
    """Pages with the newest first."""

    ordering = "-id"


def _checked(form: type[Serializer[Any]], data: object, *, partial: bool = False) -> dict[str, Any]:
    asked = form(data=data, partial=partial)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _lines(asked: dict[str, Any]) -> list[StockLine]:
    return [StockLine(**line) for line in asked["lines"]]


def _wants(lines: list[dict[str, Any]]) -> list[Want]:
    return [Want(**line) for line in lines]


def _location_id(text: str) -> UUID:
    return parse_public_id("loc", text)


class LocationsView(StaffView):
    """The places that stock stands at."""

    permissions_by_method = {"GET": _VIEW, "POST": _MANAGE}

    @extend_schema(responses=LocationForm(many=True))
    def get(self, request: Request) -> Response:
        """Return all locations, by priority."""
        places = Location.objects.order_by("priority", "id")
        return Response(LocationForm(places, many=True).data)

    @extend_schema(request=LocationForm, responses={201: LocationForm})
    def post(self, request: Request) -> Response:
        """Open a location."""
        place = create_location(**_checked(LocationForm, request.data), actor=self.actor)
        return Response(LocationForm(place).data, status=201)


class LocationView(StaffView):
    """One location."""

    permissions_by_method = {"PATCH": _MANAGE}

    @extend_schema(request=LocationChanged, responses=LocationForm)
    def patch(self, request: Request, location: str) -> Response:
        """Change some of its particulars."""
        changes = _checked(LocationChanged, request.data, partial=True)
        place = change_location(_location_id(location), actor=self.actor, **changes)
        return Response(LocationForm(place).data)


class StockPolicyView(StaffView):
    """What the shop chose about its stock."""

    permissions_by_method = {"GET": _VIEW, "PUT": _MANAGE}

    @extend_schema(responses=StockPolicyForm)
    def get(self, request: Request) -> Response:
        """Return which locations serve orders."""
        return Response(StockPolicyForm(current_stock_policy()).data)

    @extend_schema(request=StockPolicyForm, responses=StockPolicyForm)
    def put(self, request: Request) -> Response:
        """Choose which locations serve orders from now on."""
        chosen = set_stock_policy(**_checked(StockPolicyForm, request.data), actor=self.actor)
        return Response(StockPolicyForm(chosen).data)


class PagedView(StaffView):
    """A list in pages."""

    pagination: type[CursorPagination] = ById

    def paged(self, rows: QuerySet[Any], shown: type[Serializer[Any]]) -> Response:
        """Answer one page."""
        pages = self.pagination()
        page = pages.paginate_queryset(rows, self.request, view=self)
        return pages.get_paginated_response(shown(page, many=True).data)


class ItemsView(PagedView):
    """What is where."""

    permissions_by_method = {"GET": _VIEW}

    @extend_schema(parameters=[ItemsAsked, *paging("limit")], responses=page_of(ItemShown))
    def get(self, request: Request) -> Response:
        """Return stock items, in pages."""
        asked = _checked(ItemsAsked, request.query_params)
        return self.paged(stock_items(**asked), ItemShown)


class MovementsView(PagedView):
    """How stock came to be so."""

    permissions_by_method = {"GET": _VIEW}
    pagination = NewestFirst

    @extend_schema(parameters=[MovementsAsked, *paging("limit")], responses=page_of(MovementShown))
    def get(self, request: Request) -> Response:
        """Return movements, the newest first, in pages."""
        asked = _checked(MovementsAsked, request.query_params)
        return self.paged(movements_of(**asked), MovementShown)


class ReceiptsView(StaffView):
    """Goods that come in."""

    permissions_by_method = {"POST": _MANAGE}

    @extend_schema(request=ReceiptAsked, responses={201: PartShown(many=True)})
    def post(self, request: Request) -> Response:
        """Put goods on the shelf."""
        asked = _checked(ReceiptAsked, request.data)
        parts = receive(_lines(asked), reason=asked["reason"], actor=self.actor)
        return Response(PartShown(parts, many=True).data, status=201)


class AdjustmentsView(StaffView):
    """Corrections."""

    permissions_by_method = {"POST": _MANAGE}

    @extend_schema(request=AdjustmentAsked, responses={201: PartShown(many=True)})
    def post(self, request: Request) -> Response:
        """Correct what is there by so many, up or down."""
        asked = _checked(AdjustmentAsked, request.data)
        parts = adjust(_lines(asked), reason=asked["reason"], actor=self.actor)
        return Response(PartShown(parts, many=True).data, status=201)


class LevelsView(StaffView):
    """What is kept back, and when staff are told."""

    permissions_by_method = {"POST": _MANAGE}

    @extend_schema(request=LevelsAsked, responses={204: OpenApiResponse(description="Set.")})
    def post(self, request: Request) -> Response:
        """Set the levels of a variant at a location."""
        asked = _checked(LevelsAsked, request.data)
        set_levels(asked.pop("variant_id"), asked.pop("location_id"), **asked, actor=self.actor)
        return Response(status=204)


class CountsView(PagedView):
    """Stock-takings."""

    permissions_by_method = {"GET": _VIEW, "POST": _MANAGE}
    pagination = NewestFirst

    @extend_schema(parameters=paging("limit"), responses=page_of(CountShown))
    def get(self, request: Request) -> Response:
        """Return what was counted, the newest first, in pages."""
        return self.paged(counts(), CountShown)

    @extend_schema(request=CountAsked, responses={201: CountShown})
    def post(self, request: Request) -> Response:
        """Make what is there what was counted."""
        asked = _checked(CountAsked, request.data)
        sheet = count(
            asked["location_id"], _wants(asked["lines"]), note=asked["note"], actor=self.actor
        )
        return Response(CountShown(sheet).data, status=201)


class TransfersView(PagedView):
    """Goods that go from one location to another."""

    permissions_by_method = {"GET": _VIEW, "POST": _MANAGE}
    pagination = NewestFirst

    @extend_schema(parameters=[TransfersAsked, *paging("limit")], responses=page_of(TransferShown))
    def get(self, request: Request) -> Response:
        """Return what travels or has arrived, the newest first, in pages."""
        asked = _checked(TransfersAsked, request.query_params)
        return self.paged(transfers(**asked), TransferShown)

    @extend_schema(request=TransferAsked, responses={201: TransferShown})
    def post(self, request: Request) -> Response:
        """Send goods on their way."""
        asked = _checked(TransferAsked, request.data)
        sent = send_transfer(
            _wants(asked["lines"]),
            source_id=asked["source_id"],
            destination_id=asked["destination_id"],
            note=asked["note"],
            actor=self.actor,
        )
        return Response(TransferShown(sent).data, status=201)


class TransferView(StaffView):
    """One transfer."""

    permissions_by_method = {"GET": _VIEW}

    @extend_schema(
        responses=TransferDetail,
        parameters=[OpenApiParameter("transfer", str, OpenApiParameter.PATH)],
    )
    def get(self, request: Request, transfer: str) -> Response:
        """Return what it holds, and what of it arrived."""
        row = transfers().filter(pk=parse_public_id("trf", transfer)).first()
        if row is None:
            raise UnknownStock
        lines = TransferLineShown(lines_of(row), many=True).data
        return Response({**TransferShown(row).data, "lines": lines})


class ArrivalView(StaffView):
    """The end of a transfer."""

    permissions_by_method = {"POST": _MANAGE}

    @extend_schema(
        request=ArrivalAsked,
        responses=TransferShown,
        parameters=[OpenApiParameter("transfer", str, OpenApiParameter.PATH)],
    )
    def post(self, request: Request, transfer: str) -> Response:
        """Put on the shelf what arrived; all of it when no lines are given."""
        asked = _checked(ArrivalAsked, request.data)
        lines = asked.get("lines")
        arrived = receive_transfer(
            parse_public_id("trf", transfer),
            arrived=None if lines is None else _wants(lines),
            now=utc_now(),
            actor=self.actor,
        )
        return Response(TransferShown(arrived).data)
