"""Brings to an end what a process that died, or a silent gateway, left open.

Every job claims rows past their moment with ``FOR UPDATE SKIP LOCKED`` and moves the
moment on before it works, so that many sweepers share the work and none repeats it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from kernel.common.errors import DomainError
from kernel.common.logging import get_logger
from kernel.common.time import utc_now
from kernel.payments.choices import (
    LIVE_ATTEMPTS,
    MOVING_REFUNDS,
    MOVING_SPLITS,
    PAYABLE_INTENTS,
)
from kernel.payments.models import Attempt, Refund, Split
from kernel.payments.services.applying import apply_result
from kernel.payments.services.attempts import said_of
from kernel.payments.services.closing import close_attempt, due_intents, expire
from kernel.payments.services.holding import is_idle
from kernel.payments.services.notices import apply_kept, claim_waiting, forget_old
from kernel.payments.services.refunds import drive_refund
from kernel.payments.services.splits import drive_split
from kernel.payments.services.timing import LEASE, ask_for_sweep, next_check

BATCH: Final = 100
# Less than the time limit of the task that sweeps.
_PATIENCE_SECONDS: Final = 150.0

_NEXT: Final = """
SELECT least(
    (SELECT min(next_try_at) FROM payments_notice
      WHERE state = 'received' AND next_try_at IS NOT NULL),
    (SELECT min(next_check_at) FROM payments_attempt
      WHERE state = ANY(%s) AND next_check_at IS NOT NULL),
    (SELECT min(next_check_at) FROM payments_refund
      WHERE state = ANY(%s) AND next_check_at IS NOT NULL),
    (SELECT min(next_check_at) FROM payments_split
      WHERE state = ANY(%s) AND next_check_at IS NOT NULL),
    (SELECT min(intent.expires_at) FROM payments_paymentintent AS intent
      WHERE intent.state IN ('open', 'authorized')
        AND NOT EXISTS (SELECT FROM payments_proof AS proof
                          JOIN payments_attempt AS attempt ON attempt.id = proof.attempt_id
                         WHERE attempt.intent_id = intent.id AND attempt.state = 'pending')))
"""

log = get_logger("payments")


@dataclass(frozen=True, slots=True)
class Swept:
    """How many rows one sweep took up."""

    notices: int
    attempts: int
    refunds: int
    expired: int


def sweep(*, now: datetime, limit: int = BATCH) -> Swept:
    """Apply waiting notices, ask after attempts, end what is past its time, send refunds.

    Not to be called inside a transaction.
    """
    until = monotonic() + _PATIENCE_SECONDS
    notices = claim_waiting(now=now, limit=limit)
    _each(notices, apply_kept, now=now, until=until)
    attempts = _claim_attempts(now=now, limit=limit)
    _each(attempts, _look_after, now=now, until=until)
    expired = due_intents(now=now, limit=limit)
    _each(expired, expire, now=now, until=until)
    refunds = _due_refunds(now=now, limit=limit)
    _each(refunds, drive_refund, now=now, until=until)
    splits = _due_splits(now=now, limit=limit)
    _each(splits, drive_split, now=now, until=until)
    return Swept(len(notices), len(attempts), len(refunds), len(expired))


def _each(ids: Iterable[UUID], work: Callable[..., object], *, now: datetime, until: float) -> None:
    """Work on each row; one that is refused, for its keys or by its payable, stops no other.

    While a gateway is silent each call takes its whole time: what is not reached
    before ``until``, on the monotonic clock, waits for a later sweep.
    """
    for row_id in ids:
        if monotonic() > until:
            log.warning("payments left for a later sweep", work=work.__name__)
            return
        try:
            work(row_id, now=now)
        except DomainError as refusal:
            log.warning("payment left open", row=str(row_id), reason=refusal.code)


def sweep_at(now: datetime) -> None:
    """Sweep, and ask for when something is due next; what the schedule calls."""
    sweep(now=utc_now())
    with transaction.atomic():
        ask_for_sweep(next_due())


def next_due() -> datetime | None:
    """Return when a sweep has something to do next; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [list(LIVE_ATTEMPTS), list(MOVING_REFUNDS), list(MOVING_SPLITS)])
        due_at: datetime | None = cursor.fetchone()[0]
    return due_at


def purge_at(now: datetime) -> None:
    """Forget old notices; what a schedule calls."""
    while forget_old(now=now):
        pass


@transaction.atomic(durable=True)
def _claim_attempts(*, now: datetime, limit: int) -> list[UUID]:
    rows = list(
        Attempt.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(state__in=LIVE_ATTEMPTS, next_check_at__lte=now)
        .order_by("next_check_at")[:limit]
    )
    for row in rows:
        row.checks += 1
        row.next_check_at = max(now + LEASE, next_check(row.checks, now=now))
    Attempt.objects.bulk_update(rows, ["checks", "next_check_at"])
    return [row.id for row in rows]


def _look_after(attempt_id: UUID, *, now: datetime) -> None:
    attempt = Attempt.objects.select_related("intent", "binding").get(pk=attempt_id)
    if attempt.intent.state not in PAYABLE_INTENTS or is_idle(attempt, now=now):
        close_attempt(attempt, now=now)
        return
    apply_result(attempt.id, said_of(attempt, now=now), now=now)


def _due_refunds(*, now: datetime, limit: int) -> list[UUID]:
    rows = Refund.objects.filter(state__in=MOVING_REFUNDS, next_check_at__lte=now)
    return list(rows.order_by("next_check_at").values_list("pk", flat=True)[:limit])


def _due_splits(*, now: datetime, limit: int) -> list[UUID]:
    rows = Split.objects.filter(state__in=MOVING_SPLITS, next_check_at__lte=now)
    return list(rows.order_by("next_check_at").values_list("pk", flat=True)[:limit])
