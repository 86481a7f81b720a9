"""Archive, restore, copy, export, import and purge that are killed."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from secrets import token_hex

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from kernel.access.models import Staff
from kernel.audit.actor import Actor
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from kernel.tenancy.storage import walk
from tenants.archive.keys import Identity
from tenants.choices import DomainKind, JobState, TenantKind, TenantState
from tenants.directory import read_tenant
from tenants.models import Job, Tenant
from tenants.services import requests
from tenants.services.steps.shared import archive_storage
from tenants.tests.states import counters_of, definition_of, files_of, rows_of
from testkit.chaos import Nursery, kill_points
from testkit.tenants import open_test_tenant
from tests.chaos.remains import Remains, end_leases

ACTOR = Actor.system("kill test")
PHRASE = "a long walk by the sea"
# Opened once by each process that is killed; a passphrase takes a second each time, on purpose.
IDENTITY = Identity.generate()
WORK = "tests.chaos.work:work_job"
STAYS = (
    *("django_migrations", "secrets_", "django_session", "outbox_", "idempotency_"),
    # A copy is a sandbox, and sealed as one.
    "sandbox_seal",
)

pytestmark = pytest.mark.usefixtures("committing")


def furnished() -> TenantRef:
    tenant = open_test_tenant()
    with tenant_context(tenant):
        for index in range(20):
            Staff.objects.create(email=f"s{index}@example.com", name="行" * 50)
        for index in range(3):
            default_storage.save(f"a/{index}.bin", ContentFile(os.urandom(200_000)))
    return tenant


def everything_of(tenant: TenantRef) -> object:
    return (
        rows_of(tenant.schema),
        definition_of(tenant.schema),
        counters_of(tenant.schema),
        files_of(tenant),
    )


def archives_of(tenant: TenantRef) -> list[str]:
    with public_context():
        return list(walk(archive_storage(), tenant.id.hex))


def state_of(tenant: TenantRef) -> str:
    with public_context():
        return Tenant.objects.get(pk=tenant.id).state


def length_of(nursery: Nursery, job: Job) -> int:
    """Do a job whole; return how many statements it took."""
    outcome = nursery.run(WORK, job=str(job.pk))
    assert outcome.result == JobState.DONE
    return outcome.statements


def kill_until_done(
    nursery: Nursery, job: Job, *, points: list[int], seconds: float, remains: Remains
) -> None:
    """Kill workers of a job at each point, one by the clock, and let the next finish it."""
    for point in points:
        nursery.start(WORK, kill_at=point, job=str(job.pk)).wait()
        remains.assert_nothing_more()
        end_leases()
    nursery.start(WORK, job=str(job.pk)).kill_after(seconds)
    remains.assert_nothing_more()
    end_leases()
    nursery.run(WORK, job=str(job.pk))
    with public_context():
        job.refresh_from_db()
    assert (job.state, job.error) == (JobState.DONE, "")
    remains.assert_nothing_more()


def test_a_killed_archive_and_restore_lose_nothing(nursery: Nursery, rounds: int) -> None:
    dice = random.Random(seed := token_hex(4))
    print("seed", seed)
    first = furnished()
    archiving = length_of(nursery, requests.archive(first.id, reason="x", actor=ACTOR))
    restoring = length_of(nursery, requests.restore(first.id, actor=ACTOR))
    remains = Remains.now()

    for out, back in zip(
        kill_points(rounds, statements=archiving, dice=dice),
        kill_points(rounds, statements=restoring, dice=dice),
        strict=True,
    ):
        tenant = furnished()
        was = everything_of(tenant)

        kill_until_done(
            nursery,
            requests.archive(tenant.id, reason="x", actor=ACTOR),
            points=[out],
            seconds=dice.uniform(0, 0.5),
            remains=remains,
        )
        assert state_of(tenant) == TenantState.ARCHIVED
        assert files_of(tenant) == {}
        assert len(archives_of(tenant)) == 1

        kill_until_done(
            nursery,
            requests.restore(tenant.id, actor=ACTOR),
            points=[back],
            seconds=dice.uniform(0, 0.5),
            remains=remains,
        )
        assert state_of(tenant) == TenantState.ACTIVE
        assert everything_of(tenant) == was
        assert archives_of(tenant) == []


def hosts(name: str) -> dict[DomainKind, str]:
    return {DomainKind.STORE: f"{name}.localhost"}


def start_copy(tenant: TenantRef) -> Job:
    name = f"c-{token_hex(4)}"
    return requests.copy(
        tenant.id, name=name, hosts=hosts(name), kind=TenantKind.SANDBOX, actor=ACTOR
    )


def start_import(path: str) -> Job:
    name = f"i-{token_hex(4)}"
    with public_context(), archive_storage().open(path) as file:
        return requests.take_in(file, key=str(IDENTITY), hosts=hosts(name), name=name, actor=ACTOR)


def killed_births(
    nursery: Nursery, rounds: int, start: Callable[[], Job], *, original: TenantRef
) -> None:
    dice = random.Random(seed := token_hex(4))
    print("seed", seed)
    length = length_of(nursery, start())
    remains = Remains.now()

    for point in kill_points(rounds, statements=length, dice=dice):
        job = start()
        kill_until_done(nursery, job, points=[point], seconds=dice.uniform(0, 0.5), remains=remains)

        born = read_tenant(job.tenant_id)[0]
        assert rows_of(born.schema, without=STAYS) == rows_of(original.schema, without=STAYS)
        assert files_of(born) == files_of(original)
        with public_context():
            assert Tenant.objects.filter(name=born.name).count() == 1


def test_a_killed_copy_is_one_whole_tenant_in_the_end(nursery: Nursery, rounds: int) -> None:
    original = furnished()

    killed_births(nursery, rounds, lambda: start_copy(original), original=original)


def test_a_killed_import_is_one_whole_tenant_in_the_end(nursery: Nursery, rounds: int) -> None:
    original = furnished()
    export = requests.export(original.id, recipient=str(IDENTITY.to_public()), actor=ACTOR)
    length_of(nursery, export)
    with public_context():
        export.refresh_from_db()

    killed_births(nursery, rounds, lambda: start_import(export.data["path"]), original=original)


def test_a_killed_export_and_purge_leave_no_file_behind(nursery: Nursery, rounds: int) -> None:
    dice = random.Random(seed := token_hex(4))
    print("seed", seed)
    remains = Remains.now()

    for _round in range(rounds):
        tenant = furnished()
        kill_until_done(
            nursery,
            requests.export(tenant.id, passphrase=PHRASE, actor=ACTOR),
            points=[dice.randint(1, 200)],
            seconds=dice.uniform(0, 1.5),
            remains=remains,
        )
        assert len(archives_of(tenant)) == 1
        assert state_of(tenant) == TenantState.ACTIVE

        length_of(nursery, requests.archive(tenant.id, reason="x", actor=ACTOR))
        kill_until_done(
            nursery,
            requests.purge(tenant.id, confirmation=tenant.name, actor=ACTOR),
            points=[dice.randint(1, 60)],
            seconds=dice.uniform(0, 0.2),
            remains=remains,
        )
        assert state_of(tenant) == TenantState.PURGED
        assert archives_of(tenant) == []
        assert files_of(tenant) == {}
