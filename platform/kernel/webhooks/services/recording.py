"""Keeps what happens for the endpoints that want to be told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import uuid5

from django.db.models import Q

from kernel.common.outbox.events import Envelope, Event
from kernel.common.time import utc_now
from kernel.tenancy.schedules import ask
from kernel.tenancy.tasks import enqueue
from kernel.webhooks.choices import EndpointState
from kernel.webhooks.models import Delivery, Endpoint

if TYPE_CHECKING:
    from kernel.webhooks.catalogue import PublicEvent

SENDING: Final = "webhooks.sending"


def note(public: PublicEvent, event: Event, envelope: Envelope) -> None:
    """Keep an event for whoever wants it, once however often the outbox hands it over.

    One statement where nobody does. The outbox hands the events of an aggregate over in
    their order, so the deliveries have it too.
    """
    from kernel.webhooks.catalogue import ALL_EVENTS, body_of

    wants = Q(events__contains=[public.code]) | Q(events__contains=[ALL_EVENTS])
    rows = Endpoint.objects.exclude(state=EndpointState.OFF).filter(wants)
    endpoints = list(rows.order_by("pk").values_list("pk", flat=True))
    data = public.says(event) if endpoints else None
    if data is None:
        return
    now = utc_now()
    body = body_of(public.code, data, at=envelope.created_at)
    Delivery.objects.bulk_create(
        [
            Delivery(
                endpoint_id=each,
                # Two events of the catalogue may come from one of the outbox.
                event_id=uuid5(envelope.id, public.code),
                event=public.code,
                aggregate=envelope.aggregate,
                body=body,
                next_at=now,
                created_at=now,
            )
            for each in endpoints
        ],
        ignore_conflicts=True,
    )
    have_sent()


def have_sent() -> None:
    """Have what waits sent after the commit; the clock does it when nobody can be told."""
    from kernel.webhooks.tasks import send

    ask(SENDING, utc_now())
    enqueue(send)
