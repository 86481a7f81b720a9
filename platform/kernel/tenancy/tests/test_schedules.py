"""Schedules fire by each tenant's clock, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kernel.tenancy.context import TenantRef, current_tenant, public_context
from kernel.tenancy.ports import directory, set_directory
from kernel.tenancy.schedules import (
    InvalidSchedule,
    Schedule,
    register_schedule,
    unregister_schedule,
)
from kernel.tenancy.schedules.declared import schedules
from kernel.tenancy.schedules.models import ScheduleClaim
from kernel.tenancy.schedules.services import LEASE, make_claims, take_claim, take_unsent
from kernel.tenancy.schedules.tasks import run
from kernel.tenancy.tests.fixed import Fixed

NOON = datetime(2024, 5, 6, 4, 0, tzinfo=UTC)
JOB = "kernel.tenancy.tests.test_schedules:note"
ran: list[tuple[str, datetime]] = []


def note(*, now: datetime) -> None:
    """The scheduled job."""
    ran.append((current_tenant().schema, now))


def _schedule(cron: str, module: str | None = None) -> Schedule:
    return Schedule(name="probe.noon", function=JOB, cron=cron, module=module)


@pytest.fixture
def public(
    db: None,
    one: TenantRef,
    two: TenantRef,
) -> Iterator[Fixed]:
    before = directory()
    known = Fixed(replace(one, zone="Asia/Shanghai"), replace(two, zone="Europe/Berlin"))
    ran.clear()
    set_directory(known)
    others = schedules()
    for other in others:
        unregister_schedule(other.name)
    with public_context():
        yield known
    unregister_schedule("probe.noon")
    for other in others:
        register_schedule(other)
    set_directory(before)


def _claims() -> list[tuple[object, datetime]]:
    return [
        (c.tenant_id, c.due_at)
        for c in ScheduleClaim.objects.filter(schedule="probe.noon").order_by("due_at", "id")
    ]


def test_a_job_is_due_by_each_tenants_own_clock(
    public: Fixed, one: TenantRef, two: TenantRef
) -> None:
    register_schedule(_schedule("0 12 * * *"))

    make_claims(now=NOON)
    make_claims(now=NOON + timedelta(seconds=30))
    assert _claims() == [(one.id, NOON)]

    berlin = NOON + timedelta(hours=6)
    make_claims(now=berlin)
    assert _claims() == [(one.id, NOON), (two.id, berlin)]


def test_minutes_without_a_tick_are_made_up_for(public: Fixed, one: TenantRef) -> None:
    register_schedule(_schedule("0 12 * * *"))
    make_claims(now=NOON - timedelta(minutes=5))

    make_claims(now=NOON + timedelta(minutes=5))

    assert _claims() == [(one.id, NOON)]


def test_of_several_minutes_missed_the_latest_alone_is_made_up_for(
    public: Fixed, one: TenantRef, two: TenantRef
) -> None:
    register_schedule(_schedule("*/10 * * * *"))
    make_claims(now=NOON - timedelta(minutes=55))

    assert make_claims(now=NOON + timedelta(minutes=4)) == 59

    assert _claims() == [(one.id, NOON), (two.id, NOON)]


def test_only_tenants_with_the_module_have_its_jobs(public: Fixed, two: TenantRef) -> None:
    public.tenants[two.id] = replace(two, modules=frozenset({"probe"}))
    register_schedule(_schedule("* * * * *", module="probe"))

    make_claims(now=NOON)

    assert _claims() == [(two.id, NOON)]


def test_a_claim_runs_once_however_often_it_is_sent(public: Fixed, one: TenantRef) -> None:
    register_schedule(_schedule("0 12 * * *"))
    make_claims(now=NOON)
    sent = take_unsent(now=NOON, limit=10)
    assert take_unsent(now=NOON, limit=10) == []

    for claim_id in sent * 2:
        run(claim_id=claim_id)

    assert ran == [(one.schema, NOON)]


def test_a_claim_whose_worker_died_is_sent_again(public: Fixed) -> None:
    register_schedule(_schedule("0 12 * * *"))
    make_claims(now=NOON)
    (claim_id,) = take_unsent(now=NOON, limit=10)
    assert take_claim(claim_id=claim_id, now=NOON) is not None

    assert take_claim(claim_id=claim_id, now=NOON) is None
    later = NOON + LEASE + timedelta(minutes=1)
    assert take_unsent(now=later, limit=10) == [claim_id]
    assert take_claim(claim_id=claim_id, now=later) is not None


def test_a_suspended_tenants_job_is_passed_over(public: Fixed, one: TenantRef) -> None:
    register_schedule(_schedule("0 12 * * *"))
    make_claims(now=NOON)
    public.tenants[one.id] = replace(one, state="suspended", level=3)

    (claim_id,) = take_unsent(now=NOON, limit=10)
    run(claim_id=claim_id)

    assert ran == []
    assert not ScheduleClaim.objects.filter(done_at__isnull=True).exists()


@pytest.mark.parametrize("cron", ["", "* * * *", "61 * * * *", "x * * * *"])
def test_a_malformed_cron_line_is_refused(cron: str) -> None:
    with pytest.raises(InvalidSchedule):
        _schedule(cron)


def test_a_skipped_hour_runs_once_and_a_repeated_one_once() -> None:
    schedule = _schedule("30 2 * * *")
    spring = datetime(2024, 3, 31, 0, 0, tzinfo=UTC)
    autumn = datetime(2024, 10, 27, 0, 0, tzinfo=UTC)

    def due(start: datetime) -> list[datetime]:
        minutes = (start + timedelta(minutes=n) for n in range(180))
        return [minute for minute in minutes if schedule.is_due(minute, "Europe/Berlin")]

    assert due(spring) == [spring + timedelta(hours=1)]
    assert due(autumn) == [autumn + timedelta(minutes=30)]
