"""Reads of webhooks."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from kernel.webhooks.choices import DeliveryState
from kernel.webhooks.errors import UnknownDelivery, UnknownEndpoint
from kernel.webhooks.models import Attempt, Delivery, Endpoint


def all_endpoints() -> QuerySet[Endpoint]:
    """Return the endpoints, the oldest first."""
    return Endpoint.objects.order_by("id")


def endpoint_with(endpoint_id: UUID) -> Endpoint:
    """Return an endpoint.

    Raises:
        UnknownEndpoint: there is none.
    """
    row = Endpoint.objects.filter(pk=endpoint_id).first()
    if row is None:
        raise UnknownEndpoint
    return row


def waiting_by_endpoint() -> dict[UUID, int]:
    """Return how many deliveries wait for each endpoint; one query."""
    rows = Delivery.objects.filter(state=DeliveryState.WAITING).values_list("endpoint_id")
    return dict(rows.annotate(number=Count("pk")).order_by())


def deliveries_of(
    endpoint_id: UUID, *, state: str = "", event: str = "", text: str = ""
) -> QuerySet[Delivery]:
    """Return what an endpoint was told, or shall be, the newest first.

    Args:
        endpoint_id: whom.
        state: a value of `DeliveryState`; empty for any.
        event: code of an event; empty for any.
        text: part of what was said, such as an order's number.
    """
    rows = Delivery.objects.filter(endpoint=endpoint_id)
    if state:
        rows = rows.filter(state=state)
    if event:
        rows = rows.filter(event=event)
    if text:
        rows = rows.filter(Q(body__contains=text))
    return rows.order_by("-sequence")


def delivery_with(delivery_id: UUID) -> Delivery:
    """Return a delivery with its endpoint.

    Raises:
        UnknownDelivery: there is none.
    """
    row = Delivery.objects.select_related("endpoint").filter(id=delivery_id).first()
    if row is None:
        raise UnknownDelivery
    return row


def attempts_at(delivery: Delivery) -> list[Attempt]:
    """Return the tries to deliver something, the newest first."""
    return list(Attempt.objects.filter(delivery=delivery).order_by("-id"))


def last_attempts(rows: Iterable[Delivery]) -> dict[int, Attempt]:
    """Return the last try of each of some deliveries; one query."""
    keys = [row.pk for row in rows]
    found = Attempt.objects.filter(delivery__in=keys).order_by("delivery", "-id")
    return {each.delivery_id: each for each in found.distinct("delivery")}
