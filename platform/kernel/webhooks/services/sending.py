"""Sends what waits, in order for each object, and notes what came of it.

An attempt is a claim, which is committed, then the exchange outside of any
transaction, then its outcome. A delivery is claimed only while nothing older of the
same endpoint and aggregate waits. Whoever dies between claim and outcome leaves a lease
that ends.

An endpoint that fails several times in a row is paused: after a while one delivery is
tried, to see; once one is taken, all that waits goes out. After three days of failures
it is stopped, and staff are told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.utils.timezone import now as wall_clock

from kernel.common.ids import public_id
from kernel.common.outside import NotOutside, Unreachable, post
from kernel.common.secrets.errors import SecretMissing, SecretsUnreadable
from kernel.common.turns import doubled, take_turns
from kernel.tenancy.schedules import ask
from kernel.webhooks.choices import DeliveryState, EndpointState, Failure
from kernel.webhooks.models import Attempt, Delivery, Endpoint
from kernel.webhooks.services.breaking import fail, succeed
from kernel.webhooks.services.endpoints import secrets_of
from kernel.webhooks.services.recording import SENDING
from kernel.webhooks.signing import headers_for

MOST_ATTEMPTS: Final = 20
_FIRST_DELAY: Final = timedelta(seconds=10)
_LONGEST_DELAY: Final = timedelta(hours=6)
_LEASE: Final = timedelta(seconds=60)
_KEPT: Final = timedelta(days=30)
_KEPT_OF_ANSWER: Final = 500
_OK: Final = range(200, 300)
_REDIRECTS: Final = range(300, 400)
GONE: Final = 410


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt; ``failure`` is empty when it was taken."""

    failure: str = ""
    status: int | None = None
    answer: str = ""
    took_ms: int = 0


def send_due(
    *, clock: Callable[[], datetime] = wall_clock, most: int = 200, seconds: float = 120
) -> int:
    """Send the current tenant's due deliveries; return how many were tried.

    Fewer than ``most``, within ``seconds``, means that nothing was due any more. Safe to
    run any number of times at once.
    """
    return take_turns(
        lambda: _claim(clock()),
        lambda row: _note(row, _exchange(row, clock()), clock()),
        most=most,
        seconds=seconds,
    )


def keep_sending(*, now: datetime) -> None:
    """Send what is due, forget what is old, and ask for the next time; what a schedule calls."""
    send_due(clock=wall_clock)
    Delivery.objects.exclude(state=DeliveryState.WAITING).filter(
        created_at__lt=now - _KEPT
    ).delete()
    ask_again(now=wall_clock())


def ask_again(*, now: datetime) -> None:
    """Have the clock send what waits, when the first of it is due."""
    with transaction.atomic():
        ask(SENDING, next_due(now=now))


def next_due(*, now: datetime) -> datetime | None:
    """Return when something can be sent, if anything waits that may be."""
    rows = _sendable(now, paused=True).values("endpoint", "endpoint__paused_until")
    moments = [
        max(each["first"], each["endpoint__paused_until"] or each["first"])
        for each in rows.annotate(first=Min("next_at")).order_by()
    ]
    return min(moments, default=None)


def delay_after(attempts: int) -> timedelta:
    """Return how long a delivery waits after so many failed attempts."""
    return doubled(attempts, first=_FIRST_DELAY, longest=_LONGEST_DELAY)


def _sendable(now: datetime, *, paused: bool = False) -> QuerySet[Delivery]:
    """What waits at endpoints that are on, and tests at any endpoint."""
    on = Q(endpoint__state=EndpointState.ON)
    if not paused:
        on &= Q(endpoint__paused_until=None) | Q(endpoint__paused_until__lte=now)
    return Delivery.objects.filter(Q(is_test=True) | on, state=DeliveryState.WAITING)


@transaction.atomic
def _claim(now: datetime) -> Delivery | None:
    older = Delivery.objects.filter(
        endpoint=OuterRef("endpoint"),
        aggregate=OuterRef("aggregate"),
        sequence__lt=OuterRef("sequence"),
        state=DeliveryState.WAITING,
    )
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    due = _sendable(now).filter(free, ~Exists(older), next_at__lte=now)
    row = (
        due.select_related("endpoint")
        .order_by("next_at", "sequence")
        .select_for_update(skip_locked=True, of=("self",))
        .first()
    )
    if row is None:
        return None
    row.attempts += 1
    row.leased_until = now + _LEASE
    row.save(update_fields=["attempts", "leased_until"])
    if row.endpoint.paused_until is not None and not row.is_test:
        # One to see whether it answers again; the others wait for what comes of it.
        Endpoint.objects.filter(pk=row.endpoint_id).update(paused_until=now + _LEASE)
    return row


def _exchange(row: Delivery, now: datetime) -> Outcome:
    body = row.body.encode()
    try:
        secrets = secrets_of(row.endpoint, now=now)
    except (SecretMissing, SecretsUnreadable):
        return Outcome(Failure.SECRET)
    message_id = public_id("evt", row.event_id)
    signed = headers_for(message_id, body, timestamp=int(now.timestamp()), secrets=secrets)
    headers = {"Content-Type": "application/json", "User-Agent": "webhooks/1", **signed}
    began = monotonic()
    try:
        answer = post(
            row.endpoint.url,
            body,
            headers=headers,
            inner_hosts=settings.STOA_WEBHOOK_INNER_HOSTS,
        )
    except NotOutside:
        return Outcome(Failure.ADDRESS, took_ms=_since(began))
    except Unreachable as error:
        return Outcome(Failure(str(error)), took_ms=_since(began))
    failure = "" if answer.status in _OK else Failure.STATUS
    if answer.status in _REDIRECTS:
        failure = Failure.REDIRECT
    text = answer.content.decode("utf-8", "replace").replace("\x00", "")[:_KEPT_OF_ANSWER]
    return Outcome(failure, answer.status, text, _since(began))


@transaction.atomic
def _note(row: Delivery, outcome: Outcome, now: datetime) -> None:
    # The endpoint first, as everywhere: outcomes of one endpoint are noted one by one.
    endpoint = Endpoint.objects.select_for_update().filter(pk=row.endpoint_id).first()
    if endpoint is None:
        return
    Attempt.objects.create(
        delivery=row,
        at=now,
        took_ms=outcome.took_ms,
        status=outcome.status,
        failure=outcome.failure,
        answer=outcome.answer,
    )
    # Whoever came later, because the lease was over, says what becomes of it.
    mine = Delivery.objects.filter(pk=row.pk, attempts=row.attempts, state=DeliveryState.WAITING)
    if not outcome.failure:
        mine.update(state=DeliveryState.DELIVERED, delivered_at=now, leased_until=None)
    elif row.is_test or row.attempts >= MOST_ATTEMPTS:
        mine.update(state=DeliveryState.FAILED, leased_until=None)
    else:
        mine.update(next_at=now + delay_after(row.attempts), leased_until=None)
    if row.is_test:
        return
    if outcome.failure:
        is_gone = outcome.status == GONE
        fail(endpoint, outcome.failure, is_gone=is_gone, now=now)
    else:
        succeed(endpoint, now=now)


def _since(began: float) -> int:
    return round((monotonic() - began) * 1000)
