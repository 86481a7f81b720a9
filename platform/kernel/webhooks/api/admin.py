"""Webhooks over the admin API."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import items_of, page_of, paging
from kernel.catalogue.api.fields import checked
from kernel.common.idempotency.middleware import idempotency_exempt
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.members.api.views import NewestFirst
from kernel.webhooks.api.forms import (
    DeliveriesAsked,
    DeliveryRead,
    DeliveryShown,
    EndpointChanged,
    EndpointMade,
    EndpointShown,
    EndpointTold,
    EventShown,
    RangeAsked,
    RangeShown,
    TestAsked,
    attempt_data,
    delivery_data,
    endpoint_data,
    event_data,
)
from kernel.webhooks.catalogue import offered
from kernel.webhooks.models import Delivery
from kernel.webhooks.selectors import (
    all_endpoints,
    attempts_at,
    deliveries_of,
    delivery_with,
    endpoint_with,
)
from kernel.webhooks.services import (
    EndpointDraft,
    change_endpoint,
    make_endpoint,
    remove_endpoint,
    replay,
    replay_range,
    rotate_secret,
    send_test,
    switch_endpoint,
)

VIEW: Final = "webhooks.view"
MANAGE: Final = "webhooks.manage"


class EventsView(StaffView):
    """The event catalogue."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=items_of(EventShown))
    def get(self, request: Request) -> Response:
        """Return every event that endpoints can be told of."""
        now = utc_now()
        return Response({"items": [event_data(each, now=now) for each in offered()]})


# An answer that is kept to be repeated would keep the secret with it.
@idempotency_exempt
class EndpointsView(StaffView):
    """All endpoints."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(responses=items_of(EndpointShown))
    def get(self, request: Request) -> Response:
        """Return the endpoints, the oldest first."""
        return Response({"items": [endpoint_data(row) for row in all_endpoints()]})

    @extend_schema(request=EndpointTold, responses={201: EndpointMade})
    def post(self, request: Request) -> Response:
        """Tell an address from now on; the secret is in this answer and in no other."""
        draft = EndpointDraft(**checked(EndpointTold, request.data))
        row, secret = make_endpoint(draft, actor=self.actor, now=utc_now())
        return Response({**endpoint_data(endpoint_with(row.pk)), "secret": secret}, status=201)


class EndpointView(StaffView):
    """One endpoint."""

    permissions_by_method = {"GET": VIEW, "PUT": MANAGE, "DELETE": MANAGE}

    @extend_schema(responses=EndpointShown)
    def get(self, request: Request, endpoint: str) -> Response:
        """Return the endpoint."""
        return Response(endpoint_data(endpoint_with(_key(endpoint))))

    @extend_schema(request=EndpointChanged, responses=EndpointShown)
    def put(self, request: Request, endpoint: str) -> Response:
        """Change the endpoint; switch it on or off."""
        told, key, now = checked(EndpointChanged, request.data), _key(endpoint), utc_now()
        is_on = told.pop("is_on")
        row = change_endpoint(key, EndpointDraft(**told), actor=self.actor, now=now)
        if is_on is not None:
            row = switch_endpoint(key, on=is_on, actor=self.actor, now=now)
        return Response(endpoint_data(row))

    @extend_schema(responses={204: OpenApiResponse(description="It is told nothing any more.")})
    def delete(self, request: Request, endpoint: str) -> Response:
        """Tell the endpoint nothing any more, and forget what it was told."""
        remove_endpoint(_key(endpoint), actor=self.actor, now=utc_now())
        return Response(status=204)


@idempotency_exempt
class SecretView(StaffView):
    """A new secret for an endpoint."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=None, responses=EndpointMade)
    def post(self, request: Request, endpoint: str) -> Response:
        """Rotate the secret; for a day the old one signs as well."""
        row, secret = rotate_secret(_key(endpoint), actor=self.actor, now=utc_now())
        return Response({**endpoint_data(row), "secret": secret})


class TestView(StaffView):
    """A test of an endpoint."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=TestAsked, responses={202: DeliveryShown})
    def post(self, request: Request, endpoint: str) -> Response:
        """Send the sample of an event, once."""
        code = checked(TestAsked, request.data)["event"]
        row = send_test(_key(endpoint), code, actor=self.actor, now=utc_now())
        return Response(delivery_data(row), status=202)


class DeliveriesView(StaffView):
    """What an endpoint was told."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(
        parameters=[DeliveriesAsked, *paging("page_size")], responses=page_of(DeliveryShown)
    )
    def get(self, request: Request, endpoint: str) -> Response:
        """Return deliveries in pages, the newest first."""
        asked = checked(DeliveriesAsked, request.query_params)
        rows = deliveries_of(
            endpoint_with(_key(endpoint)).pk,
            state=asked["state"],
            event=asked["event"],
            text=asked["q"],
        )
        pages = NewestFirst()
        pages.ordering = ("-sequence",)
        found: list[Delivery] = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([delivery_data(row) for row in found])


class ReplaysView(StaffView):
    """Many deliveries, sent again."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=RangeAsked, responses={202: RangeShown})
    def post(self, request: Request, endpoint: str) -> Response:
        """Send again what the endpoint was told between two moments."""
        asked = checked(RangeAsked, request.data)
        number = replay_range(_key(endpoint), **asked, actor=self.actor, now=utc_now())
        return Response({"replayed": number}, status=202)


class DeliveryView(StaffView):
    """One delivery."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=DeliveryRead)
    def get(self, request: Request, delivery: str) -> Response:
        """Return the delivery with what is sent, and each attempt."""
        row = delivery_with(parse_public_id("whd", delivery))
        log = [attempt_data(each) for each in attempts_at(row)]
        return Response({**delivery_data(row), "body": row.body, "log": log})


class ReplayView(StaffView):
    """One delivery, sent again."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=None, responses={202: DeliveryShown})
    def post(self, request: Request, delivery: str) -> Response:
        """Send the delivery again, under the same id."""
        key = parse_public_id("whd", delivery)
        return Response(delivery_data(replay(key, actor=self.actor, now=utc_now())), status=202)


def _key(text: str) -> UUID:
    return parse_public_id("whe", text)
