"""Makes, sends and runs claims; all of it in the public scope but the job itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from kernel.tenancy.schedules.due import claims_for
from kernel.tenancy.schedules.models import ScheduleClaim, ScheduleCursor

_MINUTE: Final = timedelta(minutes=1)
# How far back minutes are made up for when no tick ran.
_CATCH_UP: Final = timedelta(hours=1)
# Longer than the time limit of the task that runs a claim.
LEASE: Final = timedelta(minutes=6)
ATTEMPTS: Final = 5
_HISTORY: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class TakenClaim:
    """A claim that this worker may run."""

    id: int
    schedule: str
    tenant_id: UUID
    due_at: datetime


@transaction.atomic
def make_claims(*, now: datetime) -> int:
    """Write the claims of all minutes since the last call; return how many minutes.

    Several callers at once are put one after the other; a minute is claimed once.
    Of the minutes at which a job was missed, the latest alone is made up for: a job
    does all that is due by then. Alarms that a claim answers go with its making.
    """
    until = now.replace(second=0, microsecond=0)
    # The row lock below needs a row.
    ScheduleCursor.objects.bulk_create(
        [ScheduleCursor(id=1, ticked_to=until - _MINUTE)], ignore_conflicts=True
    )
    cursor = ScheduleCursor.objects.select_for_update().get(id=1)
    minutes = list(_minutes_between(max(cursor.ticked_to, until - _CATCH_UP), until))
    if minutes:
        ScheduleClaim.objects.bulk_create(
            claims_for(minutes), ignore_conflicts=True, batch_size=1000
        )
        cursor.ticked_to = until
        cursor.save(update_fields=["ticked_to"])
    return len(minutes)


@transaction.atomic
def take_unsent(*, now: datetime, limit: int) -> list[int]:
    """Return claims to send: new ones, and those whose worker did not finish."""
    abandoned = Q(sent_at__lt=now - LEASE) & (Q(lease_until__isnull=True) | Q(lease_until__lt=now))
    ids = list(
        ScheduleClaim.objects.select_for_update(skip_locked=True)
        .filter(Q(sent_at__isnull=True) | abandoned)
        .filter(done_at__isnull=True, attempts__lt=ATTEMPTS, due_at__gt=now - _HISTORY)
        .order_by("due_at", "id")
        .values_list("id", flat=True)[:limit]
    )
    ScheduleClaim.objects.filter(id__in=ids).update(sent_at=now)
    return ids


def take_claim(*, claim_id: int, now: datetime) -> TakenClaim | None:
    """Lease a claim to this worker; None when it is done or another has it."""
    taken = (
        ScheduleClaim.objects.filter(id=claim_id, done_at__isnull=True)
        .filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now))
        .update(lease_until=now + LEASE, attempts=F("attempts") + 1)
    )
    if not taken:
        return None
    claim = ScheduleClaim.objects.get(id=claim_id)
    return TakenClaim(claim.id, claim.schedule, claim.tenant_id, claim.due_at)


def finish_claim(*, claim_id: int, now: datetime) -> None:
    """Record that a claim needs no more running."""
    ScheduleClaim.objects.filter(id=claim_id).update(done_at=now)


def prune_claims(*, now: datetime) -> None:
    """Delete claims too old to be made again."""
    ScheduleClaim.objects.filter(due_at__lt=now - _HISTORY).delete()


def _minutes_between(start: datetime, end: datetime) -> Iterator[datetime]:
    minute = start + _MINUTE
    while minute <= end:
        yield minute
        minute += _MINUTE
