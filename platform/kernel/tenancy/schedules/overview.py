"""Jobs by the clock of all tenants, as the operator sees and begins them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, Max, Min, Q

from kernel.tenancy.context import public_context
from kernel.tenancy.schedules.declared import Schedule, schedules
from kernel.tenancy.schedules.models import ScheduleAlarm, ScheduleClaim
from kernel.tenancy.schedules.seen import UnknownJob
from kernel.tenancy.schedules.services import ATTEMPTS

LATE: Final = timedelta(minutes=10)
_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class JobOfAll:
    """A job, and how it went in all tenants; claims are kept for two days.

    Attributes:
        done: how often it ran.
        failed: in how many claims it was given up.
        late: how many are due for long and have not run.
        last_at: when it last ran.
        next_at: when a tenant has asked for it next; None for a job by the clock alone.
        tenants: in how many it was due.
    """

    schedule: Schedule
    done: int
    failed: int
    late: int
    last_at: datetime | None
    next_at: datetime | None
    tenants: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """A claim that was given up, or that nobody runs."""

    tenant_id: UUID
    due_at: datetime
    attempts: int
    is_failed: bool


def jobs_of_all(*, now: datetime) -> list[JobOfAll]:
    """Return every job, those in trouble first; two queries, however many tenants."""
    failed = _failed(now)
    with public_context():
        rows = ScheduleClaim.objects.values("schedule").annotate(
            done_count=Count("id", filter=Q(done_at__isnull=False)),
            failed_count=Count("id", filter=failed),
            late_count=Count("id", filter=_late(now) & ~failed),
            last_done=Max("done_at"),
            tenant_count=Count("tenant_id", distinct=True),
        )
        counted: dict[str, dict[str, object]] = {row["schedule"]: dict(row) for row in rows}
        asked = ScheduleAlarm.objects.values("schedule").annotate(first=Min("due_at"))
        waiting = {row["schedule"]: row["first"] for row in asked}
    found = [_job(each, counted.get(each.name, {}), waiting.get(each.name)) for each in schedules()]
    return sorted(found, key=lambda job: (-job.failed, -job.late, job.schedule.name))


def troubles(name: str, *, now: datetime) -> Sequence[Trouble]:
    """Return where a job failed or is late, the latest first, each tenant once; one query.

    Raises:
        UnknownJob: no job has this name.
    """
    _known(name)
    with public_context():
        claims = ScheduleClaim.objects.filter(_failed(now) | _late(now), schedule=name)
        latest: dict[UUID, Trouble] = {}
        for row in claims.order_by("-due_at")[:_MOST]:
            is_failed = row.attempts >= ATTEMPTS
            found = Trouble(row.tenant_id, row.due_at, row.attempts, is_failed)
            latest.setdefault(row.tenant_id, found)
    return list(latest.values())


def run_in(name: str, tenant_ids: Sequence[UUID], *, now: datetime) -> int:
    """Have a job run within a minute in some tenants; return how many were asked.

    Raises:
        UnknownJob: no job has this name.
    """
    _known(name)
    due_at = now.replace(second=0, microsecond=0)
    with public_context():
        ScheduleClaim.objects.bulk_create(
            [ScheduleClaim(schedule=name, tenant_id=each, due_at=due_at) for each in tenant_ids],
            ignore_conflicts=True,
        )
    return len(tenant_ids)


def _known(name: str) -> None:
    if name not in {each.name for each in schedules()}:
        raise UnknownJob(name)


def _failed(now: datetime) -> Q:
    return Q(done_at__isnull=True, attempts__gte=ATTEMPTS) & (
        Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    )


def _late(now: datetime) -> Q:
    return Q(done_at__isnull=True, due_at__lt=now - LATE) & (
        Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    )


def _job(schedule: Schedule, row: dict[str, object], next_at: datetime | None) -> JobOfAll:
    def number(name: str) -> int:
        value = row.get(name)
        return value if isinstance(value, int) else 0

    last = row.get("last_done")
    return JobOfAll(
        schedule,
        number("done_count"),
        number("failed_count"),
        number("late_count"),
        last if isinstance(last, datetime) else None,
        next_at,
        number("tenant_count"),
    )
