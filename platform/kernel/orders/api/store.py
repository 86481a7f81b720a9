"""A buyer's orders over the store API: a member's, and those of strangers one by one."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.api.openapi.answers import paging
from kernel.common.time import utc_now
from kernel.members.api.views import MemberView, NewestFirst, told
from kernel.orders.api.buyers import BuyerView
from kernel.orders.api.forms import (
    OrderDetailShown,
    PageShown,
    detail_data,
    listed_data,
)
from kernel.orders.choices import OrderStatus
from kernel.orders.selectors import detail_of, listed, orders_of_member
from kernel.orders.services.desk import hide_order
from kernel.orders.services.lifecycle import cancel_orders, receive_orders


class CancelTold(serializers.Serializer[Any]):
    """Why an order is not wanted any more."""

    reason = serializers.CharField(max_length=300, allow_blank=True, default="")


class StatusAsked(serializers.Serializer[Any]):
    """Which orders a list shows."""

    status = serializers.ChoiceField(choices=OrderStatus.choices, required=False)


class OrdersView(MemberView):
    """The orders of who calls."""

    @extend_schema(
        parameters=[StatusAsked, *paging("page_size")],
        responses=PageShown,
    )
    def get(self, request: Request) -> Response:
        """Return a page of orders, newest first."""
        asked = StatusAsked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        found = orders_of_member(self.member_id)
        if status := asked.validated_data.get("status"):
            found = found.filter(status=status)
        pages = NewestFirst()
        pages.ordering = ("-id",)
        orders = pages.paginate_queryset(found, request, view=self) or []
        return pages.get_paginated_response([listed_data(each) for each in listed(orders)])


class OrderView(BuyerView):
    """One order of who calls."""

    @extend_schema(responses=OrderDetailShown)
    def get(self, request: Request, order: str) -> Response:
        """Return an order by its number or id."""
        return Response(detail_data(detail_of(self.order(order))))

    @extend_schema(responses={204: OpenApiResponse(description="Off the list.")})
    def delete(self, request: Request, order: str) -> Response:
        """Take an order that is over off the list; the shop keeps it."""
        hide_order(self.order(order), now=utc_now())
        return Response(status=204)


class CancelView(BuyerView):
    """Ends an order before it leaves."""

    @extend_schema(request=CancelTold, responses=OrderDetailShown)
    def post(self, request: Request, order: str) -> Response:
        """Cancel an order; what was paid goes back."""
        found = self.order(order)
        reason = told(CancelTold, request)["reason"]
        with transaction.atomic():
            cancel_orders([found.pk], reason=reason, actor=self.actor, now=utc_now())
        found.refresh_from_db()
        return Response(detail_data(detail_of(found)))


class ReceiptView(BuyerView):
    """Says that the goods are there."""

    @extend_schema(request=None, responses=OrderDetailShown)
    def post(self, request: Request, order: str) -> Response:
        """Confirm that everything that was shipped has arrived."""
        found = self.order(order)
        receive_orders([found.pk], actor=self.actor, now=utc_now())
        found.refresh_from_db()
        return Response(detail_data(detail_of(found)))
