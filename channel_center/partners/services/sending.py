"""Sends what waits for partners' endpoints, in order for each shop.

An attempt is a claim, which is committed, then the exchange outside of any transaction,
then its outcome. Whoever dies in between leaves a lease that ends.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from channel_center.partners.choices import PartnerDeliveryState
from channel_center.partners.models import PartnerDelivery, PartnerEndpoint
from channel_center.partners.services.endpoints import secret_of
from kernel.common.ids import public_id
from kernel.common.outside import NotOutside, Unreachable, post
from kernel.common.secrets.errors import SecretMissing, SecretsUnreadable
from kernel.common.time import utc_now
from kernel.common.turns import doubled, take_turns
from kernel.tenancy.context import public_context
from kernel.webhooks.signing import headers_for

MOST_ATTEMPTS: Final = 15
_LEASE: Final = timedelta(seconds=60)
_FIRST_DELAY: Final = timedelta(seconds=10)
_LONGEST_DELAY: Final = timedelta(hours=6)
_KEPT: Final = timedelta(days=30)
_KEPT_OF_ANSWER: Final = 300
_OK: Final = range(200, 300)


@public_context()
def send_due(*, clock: Callable[[], datetime] = utc_now, most: int = 200) -> int:
    """Send what is due; return how many were tried. Safe to run any number of times at once."""
    return take_turns(
        lambda: _claim(clock()), lambda row: _try(row, clock()), most=most, seconds=120
    )


@public_context()
def forget_old(*, now: datetime) -> int:
    """Delete deliveries that are done and a month old; return how many."""
    done = PartnerDelivery.objects.exclude(state=PartnerDeliveryState.WAITING)
    return done.filter(created_at__lt=now - _KEPT).delete()[0]


@transaction.atomic
def _claim(now: datetime) -> PartnerDelivery | None:
    waiting = PartnerDelivery.objects.filter(state=PartnerDeliveryState.WAITING)
    older = waiting.filter(
        endpoint=OuterRef("endpoint"),
        aggregate=OuterRef("aggregate"),
        sequence__lt=OuterRef("sequence"),
    )
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    row = (
        waiting.select_related("endpoint")
        .filter(free, ~Exists(older), endpoint__is_on=True, next_at__lte=now)
        .order_by("next_at", "sequence")
        .select_for_update(skip_locked=True, of=("self",))
        .first()
    )
    if row is not None:
        row.attempts += 1
        row.leased_until = now + _LEASE
        row.save(update_fields=["attempts", "leased_until"])
    return row


def _try(row: PartnerDelivery, now: datetime) -> None:
    status, answer = _exchange(row, now)
    with transaction.atomic():
        # Whoever came later, because the lease was over, says what becomes of it.
        mine = PartnerDelivery.objects.filter(
            pk=row.pk, attempts=row.attempts, state=PartnerDeliveryState.WAITING
        )
        said = {"status": status, "answer": answer[:_KEPT_OF_ANSWER], "leased_until": None}
        endpoint = PartnerEndpoint.objects.filter(pk=row.endpoint_id)
        if status is not None and status in _OK:
            mine.update(state=PartnerDeliveryState.DELIVERED, delivered_at=now, **said)
            endpoint.update(failures=0, last_success_at=now)
            return
        if row.attempts >= MOST_ATTEMPTS:
            mine.update(state=PartnerDeliveryState.FAILED, **said)
        else:
            delay = doubled(row.attempts, first=_FIRST_DELAY, longest=_LONGEST_DELAY)
            mine.update(next_at=now + delay, **said)
        endpoint.update(failures=F("failures") + 1)


def _exchange(row: PartnerDelivery, now: datetime) -> tuple[int | None, str]:
    body = row.body.encode()
    try:
        secret = secret_of(row.endpoint)
    except (SecretMissing, SecretsUnreadable):
        return None, "secret"
    message_id = public_id("evt", row.event_id)
    signed = headers_for(message_id, body, timestamp=int(now.timestamp()), secrets=[secret])
    headers = {"Content-Type": "application/json", "User-Agent": "webhooks/1", **signed}
    inner = settings.STOA_WEBHOOK_INNER_HOSTS
    try:
        answer = post(row.endpoint.url, body, headers=headers, inner_hosts=inner)
    except NotOutside:
        return None, "address"
    except Unreachable as error:
        return None, str(error)
    return answer.status, answer.content.decode("utf-8", "replace").replace("\x00", "")
