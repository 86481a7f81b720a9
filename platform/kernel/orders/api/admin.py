"""The order desk over the admin API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import paging
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.orders.api.forms import listed_data, staff_detail_data
from kernel.orders.api.staff_forms import (
    FiguresShown,
    ProposedShown,
    StaffOrderDetailShown,
    StaffPageShown,
)
from kernel.orders.choices import FulfilmentStatus, OrderStatus, PaymentStatus
from kernel.orders.errors import OrderNotFound
from kernel.orders.exports import order_lines_csv
from kernel.orders.models import Order, OrderChange
from kernel.orders.policy import Policy, current_policy, set_policy
from kernel.orders.selectors import (
    detail_of,
    listed,
    searched_orders,
    staff_order,
    visible_orders,
)
from kernel.orders.services.desk import add_note, set_tags
from kernel.orders.services.edits import (
    apply_change,
    discard_change,
    preview_change,
    propose_change,
)
from kernel.orders.services.lifecycle import cancel_orders

VIEW, MANAGE = "orders.view", "orders.manage"


class SearchAsked(serializers.Serializer[Any]):
    """Which orders a list shows."""

    text = serializers.CharField(max_length=80, required=False, allow_blank=True)
    status = serializers.ChoiceField(choices=OrderStatus.choices, required=False)
    payment_status = serializers.ChoiceField(choices=PaymentStatus.choices, required=False)
    fulfilment_status = serializers.ChoiceField(choices=FulfilmentStatus.choices, required=False)
    tag = serializers.CharField(max_length=40, required=False)


class ReasonTold(serializers.Serializer[Any]):
    """Why something is done."""

    reason = serializers.CharField(max_length=300, allow_blank=True, default="")


class NoteTold(serializers.Serializer[Any]):
    """A note for other staff."""

    text = serializers.CharField(max_length=2000)


class TagsTold(serializers.Serializer[Any]):
    """All tags that an order shall have."""

    tags = serializers.ListField(child=serializers.CharField(max_length=40), max_length=20)


class ChangeTold(ReasonTold):
    """What shall be changed; lines and variants by their public ids."""

    operations = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=100)


class PolicyForm(serializers.Serializer[Any]):
    """How orders are handled."""

    unpaid_minutes = serializers.IntegerField(min_value=0)
    receive_days = serializers.IntegerField(min_value=0)
    complete_days = serializers.IntegerField(min_value=0)
    number_prefix = serializers.CharField(max_length=8, allow_blank=True)
    number_dated = serializers.BooleanField()
    number_digits = serializers.IntegerField()
    guests_may_order = serializers.BooleanField(default=True)
    after_sale_days = serializers.IntegerField(
        min_value=0, default=7, help_text="To send something back without a reason."
    )
    fault_days = serializers.IntegerField(min_value=0, default=15)
    silent_days = serializers.IntegerField(
        min_value=0, default=3, help_text="Until a case that nobody answers counts as approved."
    )
    send_back_days = serializers.IntegerField(min_value=0, default=7)
    inspect_days = serializers.IntegerField(min_value=0, default=10)
    difference_days = serializers.IntegerField(min_value=0, default=7)
    returns_recount = serializers.BooleanField(default=False)


class Newest(CursorPagination):
    """Pages with the newest first."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "-id"


class OrdersView(StaffView):
    """The orders of the shop."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(
        parameters=[
            SearchAsked,
            *paging("page_size"),
        ],
        responses=StaffPageShown,
    )
    def get(self, request: Request) -> Response:
        """Return a page of orders, newest first."""
        pages = Newest()
        orders = pages.paginate_queryset(searched_orders(**_search(request)), request, view=self)
        found = listed(orders or [], with_tags=True)
        return pages.get_paginated_response(
            [{**listed_data(each), "tags": each.tags} for each in found]
        )


class ExportView(StaffView):
    """The orders as a file."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(parameters=[SearchAsked], responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request) -> StreamingHttpResponse:
        """Return the lines of all orders that fit, as CSV."""
        lines = order_lines_csv(searched_orders(**_search(request)))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="orders.csv"'
        return response


class OrderView(StaffView):
    """One order."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=StaffOrderDetailShown)
    def get(self, request: Request, order: str) -> Response:
        """Return an order with its timeline, notes, tags and changes."""
        return _detail(staff_order(order))


class CancelView(StaffView):
    """Ends an order before it leaves."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=ReasonTold, responses=StaffOrderDetailShown)
    def post(self, request: Request, order: str) -> Response:
        """Cancel an order; what was paid goes back."""
        found = staff_order(order, MANAGE)
        reason = _told(ReasonTold, request)["reason"]
        cancel_orders([found.pk], reason=reason, actor=self.actor, now=utc_now())
        return _detail(staff_order(order, MANAGE))


class NotesView(StaffView):
    """What staff tell each other of an order."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=NoteTold, responses={201: OpenApiResponse(description="Written.")})
    def post(self, request: Request, order: str) -> Response:
        """Write a note."""
        found = staff_order(order, MANAGE)
        add_note(found.pk, _told(NoteTold, request)["text"], actor=self.actor, now=utc_now())
        return Response(status=201)


class TagsView(StaffView):
    """The tags of an order."""

    permissions_by_method = {"PUT": MANAGE}

    @extend_schema(request=TagsTold, responses=TagsTold)
    def put(self, request: Request, order: str) -> Response:
        """Give an order these tags and no others."""
        found = staff_order(order, MANAGE)
        names = set_tags(
            found.pk, _told(TagsTold, request)["tags"], actor=self.actor, now=utc_now()
        )
        return Response({"tags": names})


class ChangesView(StaffView):
    """Proposed changes of an order."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=ChangeTold, responses={201: ProposedShown})
    def post(self, request: Request, order: str) -> Response:
        """Propose a change; the order stays as it is."""
        found = staff_order(order, MANAGE)
        asked = _told(ChangeTold, request)
        change = propose_change(
            found.pk,
            _with_plain_ids(asked["operations"]),
            reason=asked["reason"],
            actor=self.actor,
            now=utc_now(),
        )
        shown = {
            "id": change.public_id,
            "before": _amounts(change.before, found.currency),
            "after": _amounts(change.after, found.currency),
        }
        return Response(shown, status=201)


class PreviewView(StaffView):
    """What an order would cost after a change."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=ChangeTold, responses=FiguresShown)
    def post(self, request: Request, order: str) -> Response:
        """Work a change out; nothing is kept."""
        found = staff_order(order, MANAGE)
        operations = _with_plain_ids(_told(ChangeTold, request)["operations"])
        seen = preview_change(found, operations, now=utc_now())
        return Response(
            {
                "before": _amounts(seen.before, found.currency),
                "after": _amounts(seen.after, found.currency),
            }
        )


class DecisionView(StaffView):
    """Applies or drops a proposed change."""

    permissions_by_method = {"POST": MANAGE, "DELETE": MANAGE}

    @extend_schema(request=None, responses=StaffOrderDetailShown)
    def post(self, request: Request, change: str) -> Response:
        """Apply the change, exactly as it was shown."""
        order = apply_change(_visible_change(change), actor=self.actor, now=utc_now())
        return _detail(order)

    @extend_schema(responses={204: OpenApiResponse(description="Dropped.")})
    def delete(self, request: Request, change: str) -> Response:
        """Drop the change."""
        discard_change(_visible_change(change), now=utc_now())
        return Response(status=204)


class PolicyView(StaffView):
    """How the shop handles orders."""

    permissions_by_method = {"GET": VIEW, "PUT": MANAGE}

    @extend_schema(responses=PolicyForm)
    def get(self, request: Request) -> Response:
        """Return the choices."""
        return Response(PolicyForm(current_policy()).data)

    @extend_schema(request=PolicyForm, responses=PolicyForm)
    def put(self, request: Request) -> Response:
        """Change the choices."""
        row = set_policy(Policy(**_told(PolicyForm, request)), actor=self.actor)
        return Response(PolicyForm(row).data)


def _told(form: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    bound = form(data=request.data)
    bound.is_valid(raise_exception=True)
    return dict(bound.validated_data)


def _search(request: Request) -> dict[str, str]:
    asked = SearchAsked(data=request.query_params)
    asked.is_valid(raise_exception=True)
    return {name: value for name, value in asked.validated_data.items() if value}


def _detail(order: Order) -> Response:
    return Response(staff_detail_data(detail_of(order, for_staff=True)))


def _visible_change(text: str) -> UUID:
    """Return the id of a proposed change of an order that whoever acts may see."""
    key = parse_public_id("chg", text)
    if not OrderChange.objects.filter(pk=key, order__in=visible_orders(MANAGE)).exists():
        raise OrderNotFound
    return key


def _amounts(figures: Mapping[str, int], currency: str) -> dict[str, str]:
    return {name: Money(minor, currency).decimal() for name, minor in figures.items()}


def _with_plain_ids(operations: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """Turn public ids of lines and variants into the ids that services take."""
    found = []
    for operation in operations:
        plain = dict(operation)
        for name, prefix in (("line", "oli"), ("variant", "var")):
            if isinstance(text := plain.get(name), str):
                try:
                    plain[name] = str(parse_public_id(prefix, text))
                except InvalidId:
                    plain[name] = ""
        found.append(plain)
    return found
