"""What the admin API of webhooks takes and answers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from kernel.webhooks.catalogue import PublicEvent, body_of, schema_of
from kernel.webhooks.choices import DeliveryState, EndpointState
from kernel.webhooks.models import Attempt, Delivery, Endpoint


class EndpointTold(serializers.Serializer[Any]):
    """What an endpoint shall be."""

    name = serializers.CharField(max_length=80)
    url = serializers.CharField(
        max_length=2000, help_text="An https:// address in the open internet."
    )
    events = serializers.ListField(
        child=serializers.CharField(max_length=80),
        min_length=1,
        max_length=200,
        help_text="Codes of the event catalogue; `*` for all of them.",
    )


class EndpointChanged(EndpointTold):
    """What an endpoint shall be, and whether it is on."""

    is_on = serializers.BooleanField(required=False, allow_null=True, default=None)


class EndpointShown(serializers.Serializer[Any]):
    """An endpoint, without its secret."""

    id = serializers.CharField()
    name = serializers.CharField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField())
    state = serializers.ChoiceField(choices=EndpointState.choices)
    failures = serializers.IntegerField(help_text="Attempts that failed in a row.")
    failing_since = serializers.DateTimeField(allow_null=True)
    paused_until = serializers.DateTimeField(allow_null=True)
    stopped_at = serializers.DateTimeField(allow_null=True)
    last_success_at = serializers.DateTimeField(allow_null=True)
    former_until = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class EndpointMade(EndpointShown):
    """An endpoint with the secret that signs, which is shown this once."""

    secret = serializers.CharField()


class AttemptShown(serializers.Serializer[Any]):
    """One try to deliver."""

    at = serializers.DateTimeField()
    took_ms = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True)
    failure = serializers.CharField(allow_blank=True)
    answer = serializers.CharField(allow_blank=True)


class DeliveryShown(serializers.Serializer[Any]):
    """One event for one endpoint."""

    id = serializers.CharField()
    event = serializers.CharField()
    state = serializers.ChoiceField(choices=DeliveryState.choices)
    is_test = serializers.BooleanField()
    attempts = serializers.IntegerField()
    next_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)


class DeliveryRead(DeliveryShown):
    """A delivery with what is sent, and each attempt, the newest first."""

    body = serializers.CharField()
    log = AttemptShown(many=True)


class DeliveriesAsked(serializers.Serializer[Any]):
    """Which deliveries a list shows."""

    state = serializers.ChoiceField(choices=DeliveryState.choices, required=False, default="")
    event = serializers.CharField(required=False, max_length=80, default="")
    q = serializers.CharField(required=False, max_length=100, default="")


class TestAsked(serializers.Serializer[Any]):
    """Which event's sample is sent."""

    event = serializers.CharField(max_length=80)


class RangeAsked(serializers.Serializer[Any]):
    """What is sent again: from a moment until another."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    only_failed = serializers.BooleanField(default=True)


class RangeShown(serializers.Serializer[Any]):
    """How many are sent again."""

    replayed = serializers.IntegerField()


class EventShown(serializers.Serializer[Any]):
    """An event of the catalogue: what it says, as JSON Schema and as a sample."""

    code = serializers.CharField()
    title = serializers.CharField()
    json_schema = serializers.DictField()
    sample = serializers.CharField()


def endpoint_data(row: Endpoint) -> dict[str, Any]:
    """Return an endpoint as it is shown."""
    names = [name for name in EndpointShown().get_fields() if name != "id"]
    return {"id": row.public_id, **{name: getattr(row, name) for name in names}}


def delivery_data(row: Delivery) -> dict[str, Any]:
    """Return a delivery as lists show it."""
    names = [name for name in DeliveryShown().get_fields() if name not in {"id", "next_at"}]
    next_at = row.next_at if row.state == DeliveryState.WAITING else None
    return {
        "id": row.public_id,
        "next_at": next_at,
        **{name: getattr(row, name) for name in names},
    }


def attempt_data(row: Attempt) -> dict[str, Any]:
    """Return a try to deliver."""
    return {name: getattr(row, name) for name in AttemptShown().get_fields()}


def event_data(event: PublicEvent, *, now: Any) -> dict[str, Any]:
    """Return an event of the catalogue."""
    return {
        "code": event.code,
        "title": str(event.title),
        "json_schema": schema_of(event),
        "sample": body_of(event.code, event.sample, at=now),
    }
