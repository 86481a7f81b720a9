"""Pauses an endpoint that fails, and stops one that fails for days: a circuit breaker."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.outbox.publishing import publish
from kernel.common.turns import doubled
from kernel.webhooks.choices import DeliveryState, EndpointState
from kernel.webhooks.events import EndpointStopped
from kernel.webhooks.models import Delivery, Endpoint

PAUSED_AFTER: Final = 5
STOPPED_AFTER: Final = timedelta(days=3)
_FIRST_PAUSE: Final = timedelta(seconds=30)
_LONGEST_PAUSE: Final = timedelta(minutes=10)
_BREAKER: Final = Actor.system("webhooks.breaker")
_STATE: Final = ["failures", "failing_since", "paused_until", "last_success_at"]


def succeed(endpoint: Endpoint, *, now: datetime) -> None:
    """Note that an endpoint took something; what waited for its recovery is due at once.

    Args:
        endpoint: locked.
        now: the moment.
    """
    was_failing = endpoint.failures > 0
    endpoint.failures, endpoint.failing_since, endpoint.paused_until = 0, None, None
    endpoint.last_success_at = now
    endpoint.save(update_fields=_STATE)
    if was_failing:
        make_due(endpoint, now=now)


def fail(endpoint: Endpoint, failure: str, *, is_gone: bool, now: datetime) -> None:
    """Note that an endpoint did not take something; pause or stop it when it is time.

    Args:
        endpoint: locked.
        failure: a value of `Failure`.
        is_gone: the receiver said that it wants nothing any more.
        now: the moment.
    """
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    if endpoint.failures >= PAUSED_AFTER:
        pauses = endpoint.failures - PAUSED_AFTER + 1
        endpoint.paused_until = now + doubled(pauses, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE)
    endpoint.save(update_fields=_STATE)
    is_over = now - endpoint.failing_since >= STOPPED_AFTER
    if endpoint.state == EndpointState.ON and (is_gone or is_over):
        _stop(endpoint, "gone" if is_gone else failure, now=now)


def make_due(endpoint: Endpoint, *, now: datetime) -> None:
    """Have all that waits for an endpoint tried at the next opportunity."""
    waiting = Delivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING)
    waiting.filter(next_at__gt=now).update(next_at=now)


def _stop(endpoint: Endpoint, failure: str, *, now: datetime) -> None:
    endpoint.state, endpoint.stopped_at = EndpointState.STOPPED, now
    endpoint.save(update_fields=["state", "stopped_at"])
    record(
        action="webhooks.stopped",
        actor=_BREAKER,
        obj=endpoint,
        before={"state": EndpointState.ON},
        after={"name": endpoint.name, "state": EndpointState.STOPPED},
        reason=failure,
        now=now,
    )
    publish(
        EndpointStopped(endpoint.pk, endpoint.name, endpoint.url, failure),
        aggregate=f"webhook:{endpoint.pk.hex}",
    )
