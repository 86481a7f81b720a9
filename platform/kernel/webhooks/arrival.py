"""Webhooks of a shop that was copied: receivers know the original alone."""

from __future__ import annotations

from datetime import datetime

from kernel.webhooks.choices import DeliveryState, EndpointState
from kernel.webhooks.models import Delivery, Endpoint


def switch_all_off(_now: datetime) -> None:
    """Switch every endpoint off, and give up what waited: the original sends it."""
    Endpoint.objects.update(state=EndpointState.OFF, paused_until=None, former_until=None)
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING)
    waiting.update(state=DeliveryState.FAILED, leased_until=None)
