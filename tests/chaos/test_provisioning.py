"""Provisioning that is killed: by statement, and by the clock."""

from __future__ import annotations

import random
from secrets import token_hex

import pytest

from kernel.access.models import Staff
from kernel.audit.actor import Actor
from kernel.tenancy.context import public_context, tenant_context
from tenants.choices import DomainKind, JobState, SlotState, TenantState
from tenants.directory import read_tenant
from tenants.models import Domain, Job, SchemaSlot, Tenant
from tenants.services import pool
from tenants.services.lifecycle import Opening, request_tenant
from testkit.chaos import Nursery, kill_points
from testkit.tenants import OWNER_EMAIL
from tests.chaos.remains import Remains, empty_the_pool, end_leases

OPEN = "tests.chaos.work:open_tenant"


def assert_complete(tenant: Tenant) -> None:
    with tenant_context(read_tenant(tenant.pk)[0]):
        assert [staff.email for staff in Staff.objects.all()] == [OWNER_EMAIL]
    with public_context():
        assert tenant.domains.count() == 2


def request_one(name: str) -> tuple[Tenant, Job]:
    opening = Opening(
        name=name,
        hosts={
            DomainKind.STORE: f"{name}.localhost",
            DomainKind.CONSOLE: f"console.{name}.localhost",
        },
        owner_email=OWNER_EMAIL,
        owner_password_hash="x",
    )
    tenant_id, _job_id = request_tenant(opening, actor=Actor.system("test"))
    with public_context():
        return Tenant.objects.get(pk=tenant_id), Job.objects.get(tenant_id=tenant_id)


@pytest.mark.usefixtures("committing")
@pytest.mark.parametrize("pooled", [True, False], ids=["pool", "made"])
def test_a_killed_opening_leaves_a_whole_tenant_or_none(
    nursery: Nursery, rounds: int, *, pooled: bool
) -> None:
    empty_the_pool()
    before = Remains.now()
    run = token_hex(3)
    if pooled:
        pool.refill(rounds + 1)
    whole = nursery.run(OPEN, name=f"k-{run}")

    for index, point in enumerate(
        kill_points(rounds, statements=whole.statements, dice=random.Random(run))
    ):
        name = f"k-{run}-{index}"
        nursery.start(OPEN, name=name, kill_at=point).wait()

        with public_context():
            tenant = Tenant.objects.filter(name=name).first()
            domains = Domain.objects.filter(domain__contains=f"{name}.").count()
        if tenant is None:
            assert domains == 0
            # The name is free: another try succeeds and finds nothing in its way.
            nursery.run(OPEN, name=name)
            with public_context():
                tenant = Tenant.objects.get(name=name)
        assert_complete(tenant)
        before.assert_nothing_more()


@pytest.mark.usefixtures("committing")
def test_a_killed_provisioning_job_is_finished_by_the_next_worker(
    nursery: Nursery, rounds: int
) -> None:
    empty_the_pool()
    before = Remains.now()
    run = token_hex(3)
    _tenant, first = request_one(f"j-{run}")
    whole = nursery.run("tests.chaos.work:work_job", job=str(first.pk))

    for index, point in enumerate(
        kill_points(rounds, statements=whole.statements, dice=random.Random(run))
    ):
        tenant, job = request_one(f"j-{run}-{index}")
        nursery.start("tests.chaos.work:work_job", job=str(job.pk), kill_at=point).wait()
        before.assert_nothing_more()
        end_leases()
        nursery.run("tests.chaos.work:work_job", job=str(job.pk))

        with public_context():
            job.refresh_from_db()
            tenant.refresh_from_db()
        assert (job.state, tenant.state) == (JobState.DONE, TenantState.ACTIVE)
        assert_complete(tenant)
        before.assert_nothing_more()


@pytest.mark.usefixtures("committing")
def test_a_killed_refill_leaves_whole_schemas(nursery: Nursery, rounds: int) -> None:
    empty_the_pool()
    before = Remains.now()
    dice = random.Random(token_hex(3))

    for size in range(1, rounds + 1):
        nursery.start("tests.chaos.work:refill_pool", size=size % 5 + 2).kill_after(
            dice.uniform(0, 0.6)
        )
        before.assert_nothing_more()

    pool.refill(3)
    assert pool.ready_count() >= 3
    with public_context():
        ready = list(SchemaSlot.objects.filter(state=SlotState.READY))
    assert len({slot.schema_name for slot in ready}) == len(ready)
    before.assert_nothing_more()
    empty_the_pool()
