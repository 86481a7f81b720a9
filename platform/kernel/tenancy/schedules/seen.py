"""What people see of the jobs by the clock of the current tenant, and how they begin one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from kernel.tenancy.context import TenantRef, current_tenant, public_context
from kernel.tenancy.module_mode import module_mode
from kernel.tenancy.schedules.declared import Schedule, schedules
from kernel.tenancy.schedules.models import ScheduleAlarm, ScheduleClaim
from kernel.tenancy.schedules.services import ATTEMPTS

RunState: TypeAlias = Literal["none", "queued", "running", "done", "failed"]
_MOST: Final = 5_000


class UnknownJob(LookupError):
    """The tenant has no job of this name."""


@dataclass(frozen=True, slots=True)
class SeenJob:
    """A job and how it last went; claims are kept for two days.

    Attributes:
        last_at: when it was last due.
        next_at: when it is asked for next; None for a job by the clock alone.
    """

    schedule: Schedule
    state: RunState
    last_at: datetime | None
    done_at: datetime | None
    attempts: int
    next_at: datetime | None


def seen_jobs(*, now: datetime) -> list[SeenJob]:
    """Return the jobs of the current tenant, by name; two queries."""
    tenant = current_tenant()
    own = _own(tenant)
    with public_context():
        claims = ScheduleClaim.objects.filter(tenant_id=tenant.id).order_by("-due_at")[:_MOST]
        last: dict[str, ScheduleClaim] = {}
        for claim in claims:
            last.setdefault(claim.schedule, claim)
        alarms = ScheduleAlarm.objects.filter(schema_name=tenant.schema).order_by("-due_at")
        waiting = dict(alarms.values_list("schedule", "due_at"))
    return [_seen(each, last.get(each.name), waiting.get(each.name), now) for each in own]


def run_now(name: str, *, now: datetime) -> None:
    """Have a job of the current tenant run within a minute; twice in a minute is once.

    Raises:
        UnknownJob: it has none of this name.
    """
    tenant = current_tenant()
    if name not in {each.name for each in _own(tenant)}:
        raise UnknownJob(name)
    due_at = now.replace(second=0, microsecond=0)
    with public_context():
        ScheduleClaim.objects.bulk_create(
            [ScheduleClaim(schedule=name, tenant_id=tenant.id, due_at=due_at)],
            ignore_conflicts=True,
        )


def _own(tenant: TenantRef) -> Sequence[Schedule]:
    known = sorted(schedules(), key=lambda each: each.name)
    return [each for each in known if module_mode(tenant, each.module) != "off"]


def _seen(
    schedule: Schedule, claim: ScheduleClaim | None, next_at: datetime | None, now: datetime
) -> SeenJob:
    if claim is None:
        return SeenJob(schedule, "none", None, None, 0, next_at)
    state: RunState = "queued"
    if claim.done_at is not None:
        state = "done"
    elif claim.lease_until is not None and claim.lease_until > now:
        state = "running"
    elif claim.attempts >= ATTEMPTS:
        state = "failed"
    return SeenJob(schedule, state, claim.due_at, claim.done_at, claim.attempts, next_at)
