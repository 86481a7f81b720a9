"""Sends again what was sent, or given up; and tests."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.ids import uuid7
from kernel.webhooks.catalogue import body_of, offered_event
from kernel.webhooks.choices import DeliveryState, EndpointState
from kernel.webhooks.errors import EndpointIsOff, InvalidEndpoint, UnknownDelivery
from kernel.webhooks.models import Delivery, Endpoint
from kernel.webhooks.services.endpoints import locked
from kernel.webhooks.services.recording import have_sent


@transaction.atomic
def replay(delivery_id: UUID, *, actor: Actor, now: datetime) -> Delivery:
    """Send a delivery again, under the same id; one that waits is tried at once.

    Until it is taken, later ones of the same object wait behind it.

    Raises:
        UnknownDelivery: there is none.
        EndpointIsOff: its endpoint is off.
    """
    row = Delivery.objects.filter(id=delivery_id).first()
    if row is None:
        raise UnknownDelivery
    endpoint = _on(row.endpoint_id)
    _again(endpoint, [row.pk], actor=actor, now=now)
    row.refresh_from_db()
    return row


@transaction.atomic
def replay_range(
    endpoint_id: UUID,
    *,
    since: datetime,
    until: datetime,
    only_failed: bool,
    actor: Actor,
    now: datetime,
) -> int:
    """Send again what an endpoint was told between two moments; return how many.

    Args:
        endpoint_id: whom.
        since: the first moment.
        until: the first moment that no longer counts.
        only_failed: what was given up alone; otherwise also what was delivered.
        actor: who wants it.
        now: the moment.

    Raises:
        UnknownEndpoint: there is none.
        EndpointIsOff: it is off.
        InvalidEndpoint: the range ends before it begins.
    """
    if until <= since:
        raise InvalidEndpoint(_("The end comes before the beginning."), field="until")
    endpoint = _on(endpoint_id)
    rows = Delivery.objects.filter(
        endpoint=endpoint, is_test=False, created_at__gte=since, created_at__lt=until
    ).exclude(state=DeliveryState.WAITING)
    if only_failed:
        rows = rows.filter(state=DeliveryState.FAILED)
    return _again(endpoint, list(rows.values_list("pk", flat=True)), actor=actor, now=now)


@transaction.atomic
def send_test(endpoint_id: UUID, code: str, *, actor: Actor, now: datetime) -> Delivery:
    """Send the sample of an event to an endpoint, once, whether it is on or off.

    Raises:
        UnknownEndpoint: there is none.
        InvalidEndpoint: there is no such event.
    """
    endpoint, event = locked(endpoint_id), offered_event(code)
    if event is None:
        text = _("There is no event “%(code)s”.") % {"code": code[:80]}
        raise InvalidEndpoint(text, field="event")
    event_id = uuid7()
    row = Delivery.objects.create(
        endpoint=endpoint,
        event_id=event_id,
        event=code,
        aggregate=f"test:{event_id.hex}",
        body=body_of(code, event.sample, at=now),
        is_test=True,
        next_at=now,
        created_at=now,
    )
    told = {"name": endpoint.name, "event": code}
    record(action="webhooks.tested", actor=actor, obj=endpoint, after=told, now=now)
    have_sent()
    return row


def _on(endpoint_id: UUID) -> Endpoint:
    endpoint = locked(endpoint_id)
    if endpoint.state != EndpointState.ON:
        raise EndpointIsOff
    return endpoint


def _again(endpoint: Endpoint, keys: list[int], *, actor: Actor, now: datetime) -> int:
    again = Delivery.objects.filter(pk__in=keys).update(
        state=DeliveryState.WAITING, attempts=0, next_at=now, leased_until=None, delivered_at=None
    )
    if again:
        told = {"name": endpoint.name, "deliveries": again}
        record(action="webhooks.replayed", actor=actor, obj=endpoint, after=told, now=now)
        have_sent()
    return again
