"""Archive and restore, copy, export and import, purge."""

from __future__ import annotations

import io
import os
from secrets import token_hex
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, ProgrammingError, transaction
from pytest_django import Settings

from kernel.access.models import Staff
from kernel.audit.actor import Actor
from kernel.audit.services import verify_chain
from kernel.common.ids import uuid7
from kernel.common.time import utc_now
from kernel.dataio.models import ExportPlan
from kernel.keys.models import ApiKey
from kernel.notifications.choices import MessageState
from kernel.notifications.models import Message
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from kernel.tenancy.errors import UnknownTenant
from kernel.tenancy.ports import directory
from kernel.tenancy.schedules import schedules
from kernel.tenancy.schedules.models import ScheduleAlarm
from kernel.tenancy.storage import walk
from kernel.webhooks.choices import DeliveryState, EndpointState
from kernel.webhooks.models import Delivery, Endpoint
from tenants.archive.encryption import encrypted
from tenants.archive.keys import Passphrase
from tenants.choices import DomainKind, HoldLevel, JobState, TenantKind, TenantState
from tenants.ddl.replay import schema_exists
from tenants.directory import read_tenant
from tenants.errors import (
    ArchiveUnreadable,
    JobOpen,
    NotConfirmed,
    StateRefused,
    WeakPassphrase,
)
from tenants.models import Domain, Job, Tenant
from tenants.services import jobs, requests, states
from tenants.services.steps import shared
from tenants.tests.states import counters_of, definition_of, files_of, rows_of
from testkit.alarms import alarms
from testkit.buckets import bucket_server, new_bucket
from testkit.tenants import open_test_tenant

ACTOR = Actor.system("tests")
PHRASE = "a long walk by the sea"
LEFT_BEHIND = ("django_migrations", "secrets_", "django_session", "outbox_", "idempotency_")
TIES = ("keys_", "webhooks_", "notifications_", "dataio_")

pytestmark = pytest.mark.usefixtures("committing")


def furnished(name: str | None = None) -> TenantRef:
    """A tenant with rows that are hard to carry, and files."""
    tenant = open_test_tenant(name)
    with tenant_context(tenant):
        for index in range(3):
            Staff.objects.create(
                email=f"s{index}@example.com", name="tab\there \\N \\. \\\\ 'q' \"双\" 😀\n行"
            )
        Staff.objects.filter(email="s1@example.com").delete()
        default_storage.save("logos/标志 100%.png", ContentFile(os.urandom(3_000_000)))
        default_storage.save("empty.txt", ContentFile(b""))
        default_storage.save(f"{'long/' * 40}{'n' * 120}.txt", ContentFile(b"x"))
    return tenant


def finished(job: Job) -> Job:
    claimed = jobs.claim(job.pk)
    assert claimed is not None
    done = jobs.work(claimed)
    assert (done.state, done.error) == (JobState.DONE, "")
    return done


def row(tenant: TenantRef) -> Tenant:
    with public_context():
        return Tenant.objects.get(pk=tenant.id)


def names_in(folder: str) -> list[str]:
    with public_context():
        return list(walk(shared.archive_storage(), folder))


def is_looked_into(tenant: TenantRef) -> bool:
    asked = {schedule.name for schedule in schedules() if schedule.asked}
    with tenant_context(tenant):
        return all(alarms(name) for name in asked)


def hosts(name: str) -> dict[DomainKind, str]:
    return {
        DomainKind.STORE: f"{name}.localhost",
        DomainKind.CONSOLE: f"console.{name}.localhost",
    }


def test_an_archived_tenant_comes_back_as_it_was() -> None:
    tenant = furnished()
    was = (
        rows_of(tenant.schema),
        definition_of(tenant.schema),
        counters_of(tenant.schema),
        files_of(tenant),
    )

    finished(requests.archive(tenant.id, reason="unpaid", actor=ACTOR))

    assert row(tenant).state == TenantState.ARCHIVED
    assert not schema_exists(tenant.schema)
    assert files_of(tenant) == {}
    assert names_in(tenant.id.hex) == [row(tenant).archive_path]
    assert directory().by_host(f"{tenant.name}.localhost", kind="store") is None
    with pytest.raises(UnknownTenant):
        read_tenant(tenant.id)

    finished(requests.restore(tenant.id, actor=ACTOR))

    assert row(tenant).state == TenantState.ACTIVE
    assert row(tenant).archive_path == ""
    assert names_in(tenant.id.hex) == []
    assert was == (
        rows_of(tenant.schema),
        definition_of(tenant.schema),
        counters_of(tenant.schema),
        files_of(tenant),
    )
    assert is_looked_into(tenant)
    again = directory().by_host(f"{tenant.name}.localhost", kind="store")
    assert again is not None
    with tenant_context(again):
        Staff.objects.create(email="new@example.com", name="new")
        assert verify_chain().intact


def test_archives_and_files_may_lie_in_a_bucket(settings: Settings) -> None:
    with bucket_server() as server:
        settings.STOA_S3 = new_bucket(server)
        settings.STORAGES = {
            **settings.STORAGES,
            "default": {"BACKEND": "kernel.tenancy.storage.S3TenantStorage"},
            "archives": {"BACKEND": "kernel.tenancy.storage.S3ArchiveStorage"},
        }
        tenant = furnished()
        was = rows_of(tenant.schema), files_of(tenant)

        finished(requests.archive(tenant.id, reason="unpaid", actor=ACTOR))
        assert files_of(tenant) == {}
        assert names_in(tenant.id.hex) == [row(tenant).archive_path]
        finished(requests.restore(tenant.id, actor=ACTOR))

        assert (rows_of(tenant.schema), files_of(tenant)) == was
        assert names_in(tenant.id.hex) == []


def test_a_job_whose_workers_die_again_and_again_is_given_up() -> None:
    tenant = open_test_tenant()
    job = requests.archive(tenant.id, reason="x", actor=ACTOR)
    with public_context():
        Job.objects.filter(pk=job.pk).update(attempts=jobs.MOST_DEATHS)

    claimed = jobs.claim(job.pk)
    assert claimed is not None

    assert jobs.work(claimed).state == JobState.FAILED
    assert row(tenant).state == TenantState.ACTIVE


def test_another_hold_keeps_a_restored_tenant_closed() -> None:
    tenant = open_test_tenant()
    states.place_hold(
        tenant.id, kind="billing", level=HoldLevel.CLOSED, reason="unpaid", actor=ACTOR
    )
    finished(requests.archive(tenant.id, reason="unpaid", actor=ACTOR))

    finished(requests.restore(tenant.id, actor=ACTOR))

    assert row(tenant).state == TenantState.SUSPENDED
    assert read_tenant(tenant.id)[0].level == HoldLevel.CLOSED


def test_a_tenant_that_is_let_go_on_is_looked_into() -> None:
    tenant = open_test_tenant()
    hold = states.place_hold(
        tenant.id, kind="billing", level=HoldLevel.CLOSED, reason="unpaid", actor=ACTOR
    )
    assert not is_looked_into(tenant)

    states.release_hold(hold.pk, actor=ACTOR)

    assert is_looked_into(tenant)


def test_nothing_can_be_written_once_an_archive_has_begun() -> None:
    tenant = furnished()
    job = requests.archive(tenant.id, reason="x", actor=ACTOR)
    claimed = jobs.claim(job.pk)
    assert claimed is not None
    with public_context():
        jobs._do(claimed, jobs._kinds[claimed.kind].steps[0])

    with tenant_context(tenant):
        assert Staff.objects.count() == 3
        with pytest.raises(ProgrammingError, match="permission denied"):
            Staff.objects.create(email="late@example.com", name="late")

    assert jobs.work(claimed).state == JobState.DONE


def test_an_archive_that_cannot_be_read_back_changes_nothing() -> None:
    tenant = furnished()
    was = rows_of(tenant.schema)
    job = requests.archive(tenant.id, reason="x", actor=ACTOR)
    path = shared.archive_name(tenant.id, "archive", job)
    # What stands under the job's name counts as written by it.
    with public_context(), shared.archives().writer(path) as file:
        file.write(b"not what was written")

    claimed = jobs.claim(job.pk)
    assert claimed is not None
    assert jobs.work(claimed).state == JobState.FAILED

    assert row(tenant).state == TenantState.ACTIVE
    assert rows_of(tenant.schema) == was
    assert names_in(tenant.id.hex) == []
    with tenant_context(tenant):
        Staff.objects.create(email="on@example.com", name="goes on")


def test_a_damaged_archive_is_not_restored() -> None:
    tenant = furnished()
    finished(requests.archive(tenant.id, reason="x", actor=ACTOR))
    path = row(tenant).archive_path
    with public_context(), shared.archives().open(path) as file:
        whole = file.read()
    damaged = bytearray(whole)
    damaged[len(damaged) // 2] ^= 1
    with public_context(), shared.archives().writer(path) as file:
        file.write(bytes(damaged))

    job = requests.restore(tenant.id, actor=ACTOR)
    claimed = jobs.claim(job.pk)
    assert claimed is not None
    assert jobs.work(claimed).state == JobState.FAILED

    assert "archive_unreadable" in claimed.error
    assert row(tenant).state == TenantState.ARCHIVED
    assert not schema_exists(tenant.schema)
    assert files_of(tenant) == {}

    with public_context(), shared.archives().writer(path) as file:
        file.write(whole)
    finished(requests.restore(tenant.id, actor=ACTOR))
    assert row(tenant).state == TenantState.ACTIVE


def test_a_purged_tenant_leaves_its_row_alone() -> None:
    tenant = furnished()
    finished(requests.export(tenant.id, passphrase=PHRASE, actor=ACTOR))
    finished(requests.archive(tenant.id, reason="x", actor=ACTOR))
    assert len(names_in(tenant.id.hex)) == 2

    with pytest.raises(NotConfirmed):
        requests.purge(tenant.id, confirmation="yes", actor=ACTOR)
    finished(requests.purge(tenant.id, confirmation=tenant.name, actor=ACTOR))

    assert row(tenant).state == TenantState.PURGED
    assert names_in(tenant.id.hex) == []
    assert files_of(tenant) == {}
    with public_context():
        assert not Domain.objects.filter(tenant_id=tenant.id).exists()
        assert not ScheduleAlarm.objects.filter(schema_name=tenant.schema).exists()
    open_test_tenant(tenant.name)


@pytest.mark.parametrize("act", ["restore", "purge"])
def test_what_needs_an_archived_tenant_refuses_a_running_one(act: str) -> None:
    tenant = open_test_tenant()
    more: dict[str, Any] = {"confirmation": tenant.name} if act == "purge" else {}

    with pytest.raises(StateRefused):
        getattr(requests, act)(tenant.id, actor=ACTOR, **more)

    assert row(tenant).state == TenantState.ACTIVE


def test_one_tenant_has_one_open_job() -> None:
    tenant = open_test_tenant()
    requests.export(tenant.id, passphrase=PHRASE, actor=ACTOR)

    with pytest.raises(JobOpen):
        requests.archive(tenant.id, reason="x", actor=ACTOR)

    assert row(tenant).state == TenantState.ACTIVE


def test_a_copy_has_the_rows_and_files_and_its_own_life_without_ties_to_the_outside() -> None:
    tenant = furnished()
    with tenant_context(tenant):
        tied_to_the_outside()
    was = rows_of(tenant.schema)
    name = f"copy-{token_hex(3)}"

    job = finished(
        requests.copy(tenant.id, name=name, hosts=hosts(name), kind=TenantKind.SANDBOX, actor=ACTOR)
    )

    copy = read_tenant(job.tenant_id)[0]
    changed = (*LEFT_BEHIND, *TIES, "sandbox_")
    assert (copy.state, copy.kind, copy.name) == ("active", "sandbox", name)
    assert rows_of(copy.schema)["sandbox_seal"] != rows_of(tenant.schema)["sandbox_seal"]
    assert rows_of(copy.schema, without=changed) == rows_of(tenant.schema, without=changed)
    assert definition_of(copy.schema) == definition_of(tenant.schema)
    assert files_of(copy) == files_of(tenant)
    assert is_looked_into(copy)
    with tenant_context(copy):
        assert_nothing_goes_out()
        Staff.objects.create(email="only-there@example.com", name="x")
        default_storage.delete("empty.txt")
    assert rows_of(tenant.schema) == was, "the original goes on"
    with tenant_context(tenant):
        assert not Staff.objects.filter(email="only-there@example.com").exists()
        assert default_storage.exists("empty.txt")


def tied_to_the_outside() -> None:
    """A key, a webhook that is told something, a letter and a list that wait."""
    now = utc_now()
    person = Staff.objects.create(email="boss@example.com", name="李文")
    values = {"prefix": "adm_x", "digest": "0" * 64, "scopes": ["orders.view"], "a_minute": 60}
    ApiKey.objects.create(name="ERP", made_by="李文", **values)
    endpoint = Endpoint.objects.create(name="ERP", url="https://erp.example/", events=["*"])
    told = {"event": "order.paid", "aggregate": "order:1", "body": "{}", "event_id": uuid7()}
    Delivery.objects.create(endpoint=endpoint, next_at=now, created_at=now, **told)
    Message.objects.create(
        key=uuid7(), kind="staff.new_order", channel="email", staff=person, body="!",
        recipient=person.email, language="en", state=MessageState.WAITING, next_at=now,
    )  # fmt: skip
    ExportPlan.objects.create(
        staff=person, kind="orders", format="csv", every="day", hour=6, next_at=now
    )


def assert_nothing_goes_out() -> None:
    assert ApiKey.objects.get().revoked_at is not None
    assert Endpoint.objects.get().state == EndpointState.OFF
    assert Delivery.objects.get().state == DeliveryState.FAILED
    message, plan = Message.objects.get(), ExportPlan.objects.get()
    assert (message.state, message.reason) == (MessageState.SKIPPED, "copied")
    assert (plan.next_at, plan.fault) == (None, "copied")


def test_an_export_leaves_the_tenant_running_and_the_passphrase_nowhere() -> None:
    tenant = furnished()
    was = rows_of(tenant.schema)

    job = finished(requests.export(tenant.id, passphrase=PHRASE, actor=ACTOR))

    assert row(tenant).state == TenantState.ACTIVE
    assert rows_of(tenant.schema) == was
    with public_context():
        kept = Job.objects.get(pk=job.pk)
    assert "secret" not in kept.data
    assert kept.data["bytes"] == shared_size(kept.data["path"])


def shared_size(path: str) -> int:
    with public_context():
        return shared.archives().size(path)


def test_a_short_passphrase_is_refused() -> None:
    tenant = open_test_tenant()

    with pytest.raises(WeakPassphrase):
        requests.export(tenant.id, passphrase="secret", actor=ACTOR)


def test_an_export_comes_in_again_as_another_tenant() -> None:
    tenant = furnished()
    exported = finished(requests.export(tenant.id, passphrase=PHRASE, actor=ACTOR))
    name = f"import-{token_hex(3)}"

    job = finished(
        requests.import_tenant(
            requests.Incoming(exported.data["path"], PHRASE),
            hosts=hosts(name),
            name=name,
            actor=ACTOR,
        )
    )

    taken = read_tenant(job.tenant_id)[0]
    assert rows_of(taken.schema, without=LEFT_BEHIND) == rows_of(tenant.schema, without=LEFT_BEHIND)
    assert files_of(taken) == files_of(tenant)
    assert counters_of(taken.schema) == counters_of(tenant.schema)
    assert is_looked_into(taken)
    assert "secret" not in job.data


def test_a_wrong_passphrase_or_no_archive_writes_nothing() -> None:
    tenant = open_test_tenant()
    exported = finished(requests.export(tenant.id, passphrase=PHRASE, actor=ACTOR))
    path = exported.data["path"]
    out = io.BytesIO()
    with encrypted(out, Passphrase(PHRASE)) as plain:
        plain.write(b"no tar, no gzip")
    with public_context(), shared.archives().writer("x/fake.age") as file:
        file.write(out.getvalue())
    with public_context():
        before = Tenant.objects.count()

    for incoming in (
        requests.Incoming(path, "another passphrase"),
        requests.Incoming(path),
        requests.Incoming("x/fake.age", PHRASE),
    ):
        with pytest.raises(ArchiveUnreadable):
            requests.import_tenant(incoming, hosts=hosts("never"), actor=ACTOR)

    with public_context():
        assert Tenant.objects.count() == before
        assert not Domain.objects.filter(domain="never.localhost").exists()


def test_a_tenant_stays_live_or_a_sandbox_whoever_asks() -> None:
    tenant = open_test_tenant()

    with (
        public_context(),
        pytest.raises(IntegrityError, match="from birth"),
        transaction.atomic(),
    ):
        Tenant.objects.filter(pk=tenant.id).update(kind=TenantKind.SANDBOX)

    with public_context():
        assert Tenant.objects.get(pk=tenant.id).kind == TenantKind.LIVE
