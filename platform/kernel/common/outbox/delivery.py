"""Hands a tenant's events to their handlers.

One attempt at an event is a claim and then a transaction for each handler:

* The claim counts the attempt and pushes the next one into the future, and is
  committed first. An event that kills its process is thus tried less and less
  often, and given up in the end, instead of killing one worker after another.
* Each handler's effects are committed together with the row that says it has
  run, under a lock on the event. A process killed at any point leaves either
  both or none.

Only the oldest undelivered event of an aggregate can be claimed, so handlers
see an aggregate's events in order, and any number of workers may deliver at
the same time. Handlers of a module that is off, or read-only, are passed over:
the event does not wait for them, and they do not get it when the module comes
back. A module that was off has to catch up from the kernel's state.
"""

from __future__ import annotations

import random
import traceback
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from kernel.common.outbox.events import (
    Envelope,
    Event,
    Subscription,
    read_event,
    subscriptions_of,
)
from kernel.common.outbox.models import OutboxDelivery, OutboxEvent
from kernel.common.outbox.retry import DEFAULT_RETRIES, RetryPolicy
from kernel.tenancy import carried
from kernel.tenancy.context import current_tenant
from kernel.tenancy.module_mode import module_mode

_ERROR_LENGTH: Final = 4000

log = structlog.get_logger(__name__)


def deliver_pending(
    *,
    clock: Callable[[], datetime],
    limit: int,
    until: datetime | None = None,
    policy: RetryPolicy = DEFAULT_RETRIES,
) -> int:
    """Deliver the current tenant's due events; return how many were attempted.

    Fewer than ``limit`` before ``until`` means that nothing was due any more. Safe
    to run any number of times at once.
    """
    for attempted in range(limit):
        if until is not None and attempted and clock() >= until:
            return attempted
        event = _claim(now=clock(), policy=policy)
        if event is None:
            return attempted
        with carried.restored(event.carried):
            _attempt(event, clock=clock, policy=policy)
    return limit


def next_due(*, now: datetime) -> datetime | None:
    """Return when the next event of the current tenant can be attempted, if any waits."""
    moments = _heads().values_list("next_attempt_at", flat=True)
    return min((moment or now for moment in moments), default=None)


def _heads() -> QuerySet[OutboxEvent]:
    """The events that nothing older of their aggregate holds up."""
    older = OutboxEvent.objects.filter(
        aggregate=OuterRef("aggregate"),
        sequence__lt=OuterRef("sequence"),
        delivered_at__isnull=True,
    )
    return OutboxEvent.objects.filter(
        ~Exists(older), delivered_at__isnull=True, dead_at__isnull=True
    )


@transaction.atomic
def _claim(*, now: datetime, policy: RetryPolicy) -> OutboxEvent | None:
    event = (
        _heads()
        .filter(Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=now))
        .order_by("sequence")
        .select_for_update(skip_locked=True, of=("self",))
        .first()
    )
    if event is None:
        return None
    event.attempts += 1
    event.next_attempt_at = now + policy.delay(event.attempts, jitter=random.random())  # noqa: S311  spreads load only
    event.save(update_fields=["attempts", "next_attempt_at"])
    return event


def _attempt(event: OutboxEvent, *, clock: Callable[[], datetime], policy: RetryPolicy) -> None:
    if event.attempts > policy.attempts:
        _record_failure(event, "the process ended during delivery", now=clock(), policy=policy)
        return
    waiting = _waiting_subscriptions(event)
    errors: list[str] = []
    for subscription in waiting:
        try:
            with transaction.atomic():
                if not _hold(event):
                    return
                _run(subscription, event)
        except Exception:
            errors.append(f"{subscription.handler}: {traceback.format_exc(limit=-8)}")
            log.warning(
                "outbox.handler_failed",
                handler=subscription.handler,
                event_name=event.name,
                event_id=str(event.event_id),
                attempt=event.attempts,
                exc_info=True,
            )
    if errors:
        _record_failure(event, "\n".join(errors), now=clock(), policy=policy)
    else:
        _record_success(event, now=clock())


def _waiting_subscriptions(event: OutboxEvent) -> list[Subscription]:
    done = set(OutboxDelivery.objects.filter(event_id=event.pk).values_list("handler", flat=True))
    tenant = current_tenant()
    return [
        item
        for item in subscriptions_of(event.name)
        if item.handler not in done and module_mode(tenant, item.module) == "full"
    ]


def _hold(event: OutboxEvent) -> bool:
    """Lock the event for this transaction; False when this attempt was overtaken."""
    return (
        OutboxEvent.objects.select_for_update()
        .filter(pk=event.pk, attempts=event.attempts, delivered_at__isnull=True)
        .exists()
    )


def _run(subscription: Subscription, event: OutboxEvent) -> None:
    OutboxDelivery.objects.create(event_id=event.pk, handler=subscription.handler)
    subscription.function(_decoded(event), _envelope(event))


def _decoded(event: OutboxEvent) -> Event:
    return read_event(event.name, event.version, event.payload)


def _envelope(event: OutboxEvent) -> Envelope:
    return Envelope(
        id=event.event_id,
        sequence=event.sequence,
        name=event.name,
        aggregate=event.aggregate,
        created_at=event.created_at,
    )


def _record_success(event: OutboxEvent, *, now: datetime) -> None:
    OutboxEvent.objects.filter(pk=event.pk, attempts=event.attempts).update(
        delivered_at=now, last_error=""
    )


def _record_failure(event: OutboxEvent, error: str, *, now: datetime, policy: RetryPolicy) -> None:
    dead = event.attempts >= policy.attempts
    OutboxEvent.objects.filter(
        pk=event.pk, attempts=event.attempts, delivered_at__isnull=True
    ).update(last_error=error[-_ERROR_LENGTH:], dead_at=now if dead else None)
    if dead:
        log.error("outbox.given_up", event_name=event.name, event_id=str(event.event_id))
