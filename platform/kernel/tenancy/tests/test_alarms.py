"""Jobs that are asked for: who sets an alarm, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from kernel.common.outbox.errors import NotInTransaction
from kernel.common.time import utc_now
from kernel.tenancy.context import (
    TenantRef,
    TenantThreadPool,
    current_tenant,
    public_context,
    tenant_context,
)
from kernel.tenancy.errors import NoTenant
from kernel.tenancy.ports import directory, set_directory
from kernel.tenancy.schedules import (
    Schedule,
    ask,
    register_schedule,
    schedules,
    unregister_schedule,
)
from kernel.tenancy.schedules.alarms import ask_again, forget_alarms, look_into, prune_alarms
from kernel.tenancy.schedules.models import ScheduleAlarm, ScheduleClaim
from kernel.tenancy.schedules.services import ATTEMPTS, LEASE, make_claims, take_claim, take_unsent
from kernel.tenancy.schedules.tasks import run
from kernel.tenancy.tests.fixed import Fixed
from testkit.tenants import open_test_tenant

NOON = datetime(2024, 5, 6, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SCHEDULE = "probe.asked"
ran: list[tuple[str, datetime]] = []


def work(*, now: datetime) -> None:
    """The job."""
    ran.append((current_tenant().schema, now))


@pytest.fixture(autouse=True)
def no_other_schedules() -> Iterator[None]:
    others = schedules()
    ran.clear()
    for other in others:
        unregister_schedule(other.name)
    _register("* * * * *")
    yield
    unregister_schedule(SCHEDULE)
    for other in others:
        register_schedule(other)


@pytest.fixture
def public(db: None, one: TenantRef, two: TenantRef) -> Iterator[Fixed]:
    before = directory()
    known = Fixed(one, two)
    set_directory(known)
    with public_context():
        ScheduleAlarm.objects.all().delete()
        yield known
    set_directory(before)


def _register(cron: str) -> None:
    unregister_schedule(SCHEDULE)
    job = f"{__name__}:work"
    register_schedule(Schedule(name=SCHEDULE, function=job, cron=cron, asked=True))


def _ask_elsewhere() -> None:
    try:
        with transaction.atomic():
            ask(SCHEDULE, NOON)
    finally:
        connection.close()


def _alarm(tenant: TenantRef, at: datetime) -> None:
    ScheduleAlarm.objects.create(schema_name=tenant.schema, schedule=SCHEDULE, due_at=at)


def _alarms(tenant: TenantRef) -> list[datetime]:
    with public_context():
        rows = ScheduleAlarm.objects.filter(schema_name=tenant.schema, schedule=SCHEDULE)
        return list(rows.order_by("due_at").values_list("due_at", flat=True))


def _claims() -> list[tuple[UUID, datetime]]:
    return list(ScheduleClaim.objects.order_by("id").values_list("tenant_id", "due_at"))


# --- setting an alarm ------------------------------------------------------------------


def test_an_alarm_is_rounded_up_to_the_minute_and_set_once_in_a_transaction(
    tenant_a: TenantRef, in_tenant_a: None
) -> None:
    for seconds in (0, 1, 59, 60):
        ask(SCHEDULE, NOON + timedelta(seconds=seconds))
    ask(SCHEDULE, None)

    assert _alarms(tenant_a) == [NOON, NOON + MINUTE]


def test_a_savepoint_that_is_rolled_back_takes_its_alarm_with_it(
    tenant_a: TenantRef, in_tenant_a: None
) -> None:
    savepoint = transaction.savepoint()
    ask(SCHEDULE, NOON)
    transaction.savepoint_rollback(savepoint)
    assert _alarms(tenant_a) == []

    ask(SCHEDULE, NOON)

    assert _alarms(tenant_a) == [NOON]


def test_an_alarm_needs_a_transaction_and_a_tenant(committing: None) -> None:
    tenant = open_test_tenant()

    with tenant_context(tenant), pytest.raises(NotInTransaction):
        ask(SCHEDULE, NOON)
    with public_context(), transaction.atomic(), pytest.raises(NoTenant):
        ask(SCHEDULE, NOON)


def test_an_equal_alarm_is_left_out_only_when_it_outlasts_the_asker(committing: None) -> None:
    """One due soon may be answered before a second asker commits: he must leave his own."""
    tenant = open_test_tenant()
    soon, later = utc_now() + 5 * MINUTE, utc_now() + 15 * MINUTE

    for _asker in range(2):
        with tenant_context(tenant), transaction.atomic():
            ask(SCHEDULE, soon)
            ask(SCHEDULE, later)

    first, second, third = _alarms(tenant)
    assert first == second < third


def test_askers_of_one_minute_do_not_wait_for_each_other(committing: None) -> None:
    tenant = open_test_tenant()
    with tenant_context(tenant), transaction.atomic():
        ask(SCHEDULE, NOON)
        with TenantThreadPool(1) as pool:
            pool.submit(_ask_elsewhere).result(timeout=20)

    assert _alarms(tenant) == [NOON, NOON]


def test_a_tenant_asks_for_itself_alone(committing: None) -> None:
    tenant, other = open_test_tenant(), open_test_tenant()
    with tenant_context(tenant), transaction.atomic():
        ask(SCHEDULE, NOON)

    assert (_alarms(tenant), _alarms(other)) == ([NOON], [])
    for statement in (
        f"INSERT INTO public.schedule_alarm (schema_name) VALUES ('{other.schema}')",
        "UPDATE public.schedule_alarm SET due_at = now()",
        "DELETE FROM public.schedule_alarm",
        "SELECT * FROM public.schedule_alarm",
        f"INSERT INTO public.schedule_claim (tenant_id) VALUES ('{other.id}')",
    ):
        with (
            tenant_context(tenant),
            connection.cursor() as cursor,
            pytest.raises(DatabaseError, match="permission denied"),
        ):
            cursor.execute(statement)
    with (
        public_context(),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match=r"no tenant role is set|permission denied"),
    ):
        cursor.execute("SELECT shared.schedule_ask('probe.asked', now())")


# --- answering it ----------------------------------------------------------------------


def test_only_tenants_with_an_alarm_due_get_a_claim_and_the_alarm_goes(
    public: Fixed, one: TenantRef, two: TenantRef
) -> None:
    _alarm(one, NOON)
    _alarm(one, NOON - MINUTE)
    _alarm(two, NOON + MINUTE)

    make_claims(now=NOON)
    assert (_claims(), _alarms(one), _alarms(two)) == ([(one.id, NOON)], [], [NOON + MINUTE])

    make_claims(now=NOON + MINUTE)
    assert _claims() == [(one.id, NOON), (two.id, NOON + MINUTE)]


def test_an_alarm_committed_late_is_answered_at_the_next_minute(
    public: Fixed, one: TenantRef
) -> None:
    make_claims(now=NOON)
    _alarm(one, NOON - 5 * MINUTE)

    make_claims(now=NOON + MINUTE)

    assert _claims() == [(one.id, NOON + MINUTE)]


def test_an_alarm_waits_for_a_minute_of_its_job_that_is_not_before_it(
    public: Fixed, one: TenantRef
) -> None:
    _register("*/5 * * * *")
    make_claims(now=NOON - 3 * MINUTE)
    _alarm(one, NOON + MINUTE)

    make_claims(now=NOON + 3 * MINUTE)
    assert _claims() == []

    make_claims(now=NOON + 5 * MINUTE)
    assert _claims() == [(one.id, NOON + 5 * MINUTE)]


def test_every_tenant_is_looked_into_once_a_night_by_its_own_clock(
    public: Fixed, one: TenantRef, two: TenantRef
) -> None:
    public.tenants[one.id] = replace(one, zone="Asia/Shanghai")
    public.tenants[two.id] = replace(two, zone="Europe/London")
    start = NOON.replace(hour=0)

    for hour in range(24):
        make_claims(now=start + timedelta(hours=hour, minutes=59))

    (first, first_at), (second, second_at) = sorted(_claims(), key=lambda claim: claim[1])
    assert (first, second) == (two.id, one.id)
    assert (first_at.hour, second_at.hour) == (3, 20)


def test_an_ordinary_minute_costs_the_same_however_many_tenants_there_are(
    public: Fixed, one: TenantRef
) -> None:
    make_claims(now=NOON)
    with CaptureQueriesContext(connection) as few:
        make_claims(now=NOON + MINUTE)
    for number in range(3, 200):
        schema = f"t_{number:016}"
        public.tenants[UUID(int=number)] = replace(one, id=UUID(int=number), schema=schema)

    with CaptureQueriesContext(connection) as many:
        make_claims(now=NOON + 2 * MINUTE)

    assert (_claims(), len(many)) == ([], len(few))


def test_alarms_of_many_tenants_are_answered_by_the_same_statements_as_one(
    public: Fixed, one: TenantRef
) -> None:
    for number in range(3, 100):
        schema = f"t_{number:016}"
        ref = replace(one, id=UUID(int=number), schema=schema)
        public.tenants[ref.id] = ref
        _alarm(ref, NOON + 2 * MINUTE)
    _alarm(one, NOON + MINUTE)
    make_claims(now=NOON)

    with CaptureQueriesContext(connection) as single:
        make_claims(now=NOON + MINUTE)
    with CaptureQueriesContext(connection) as many:
        make_claims(now=NOON + 2 * MINUTE)

    assert (len(_claims()), len(many)) == (98, len(single))


def test_a_job_whose_worker_was_killed_runs_again(public: Fixed, one: TenantRef) -> None:
    _alarm(one, NOON)
    make_claims(now=NOON)
    (claim_id,) = take_unsent(now=NOON, limit=10)
    assert take_claim(claim_id=claim_id, now=NOON) is not None
    later = NOON + LEASE + MINUTE

    make_claims(now=later)
    assert take_unsent(now=later, limit=10) == [claim_id]
    run(claim_id=claim_id)

    assert ran == [(one.schema, NOON)]


def test_a_job_that_was_given_up_is_tried_again_after_an_hour(
    public: Fixed, one: TenantRef
) -> None:
    _alarm(one, NOON)
    make_claims(now=NOON)
    ScheduleClaim.objects.update(attempts=ATTEMPTS, lease_until=NOON + LEASE)
    assert ask_again(now=NOON) == 0

    later = NOON + LEASE + MINUTE
    assert (ask_again(now=later), ask_again(now=later)) == (1, 0)

    assert _alarms(one) == [later + timedelta(hours=1)]


def test_a_tenant_that_came_back_is_looked_into_and_one_that_is_gone_is_forgotten(
    public: Fixed, one: TenantRef, two: TenantRef
) -> None:
    look_into(schema=one.schema, now=NOON)
    look_into(schema=two.schema, now=NOON)
    forget_alarms(schema=two.schema)
    ScheduleAlarm.objects.create(schema_name="t_gone", schedule=SCHEDULE, due_at=NOON - 2 * LEASE)

    make_claims(now=NOON)
    assert (_claims(), ScheduleAlarm.objects.count()) == ([(one.id, NOON)], 1)

    make_claims(now=NOON + timedelta(days=2))
    assert not ScheduleAlarm.objects.exists()


def test_alarms_for_jobs_that_nothing_declares_are_deleted_in_the_end(
    public: Fixed, one: TenantRef
) -> None:
    _alarm(one, NOON)
    ScheduleAlarm.objects.create(schema_name=one.schema, schedule="gone.job", due_at=NOON)

    prune_alarms(now=NOON + timedelta(days=1))
    assert ScheduleAlarm.objects.count() == 2

    prune_alarms(now=NOON + timedelta(days=3))
    assert ScheduleAlarm.objects.get().schedule == SCHEDULE
