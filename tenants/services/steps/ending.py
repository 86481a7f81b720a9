"""Archive, restore and purge."""

from __future__ import annotations

from uuid import UUID

from django.db import connection, transaction

from kernel.common.time import utc_now
from kernel.common.wakeups.services import forget_schema
from kernel.tenancy.context import public_context
from kernel.tenancy.schedules.alarms import forget_alarms
from kernel.tenancy.storage import delete_all
from tenants.archive import keys
from tenants.archive.schema import bring_up_to_date
from tenants.archive.tables import Choice
from tenants.choices import HoldLevel, JobKind, TenantState
from tenants.ddl.replay import drop_schema
from tenants.ddl.segments import KERNEL
from tenants.errors import StateRefused
from tenants.models import Grant, Hold, Job, ModuleInstall, Tenant
from tenants.services.jobs import Step, define, tenant_of
from tenants.services.states import move, release_hold
from tenants.services.steps import shared

_LOCK_TIMEOUT = "SET LOCAL lock_timeout = '5s'"


def define_steps() -> None:
    """Register the steps; called at start."""
    define(
        JobKind.ARCHIVE,
        [
            Step("freeze", _freeze),
            Step("write", _write, atomic=False),
            Step("verify", _verify, atomic=False),
            Step("drop", _drop),
            Step("files", _delete_files, atomic=False),
        ],
        undo=_undo_archive,
    )
    define(
        JobKind.RESTORE,
        [
            Step("load", _load, atomic=False),
            Step("migrate", _migrate, atomic=False),
            Step("open", _open),
            Step("tidy", _delete_archive, atomic=False),
        ],
        undo=_undo_restore,
    )
    define(
        JobKind.PURGE,
        [
            Step("unbind", _unbind),
            Step("files", _delete_everything, atomic=False),
            Step("end", _end),
        ],
    )


def _freeze(job: Job) -> None:
    tenant = tenant_of(job)
    if tenant.state != TenantState.SUSPENDED:
        raise StateRefused(state=tenant.state)
    shared.freeze(tenant.schema_name)
    job.data["path"] = shared.archive_name(tenant.pk, "archive", job)


def _write(job: Job) -> None:
    shared.write(job, job.data["path"], choice=Choice(everything=True), to=keys.recipient())


def _verify(job: Job) -> None:
    shared.verify(job, job.data["path"], shared.own_keys())


def _drop(job: Job) -> None:
    tenant = tenant_of(job)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_TIMEOUT)
    if not shared.is_frozen(tenant.schema_name):
        raise StateRefused("the tenant was migrated or written to meanwhile")
    drop_schema(tenant.schema_name)
    tenant.archive_path = job.data["path"]
    tenant.save(update_fields=["archive_path"])
    move(tenant, TenantState.ARCHIVED, actor=shared.actor_of(job))


def _delete_files(job: Job) -> None:
    # The archive holds them.
    shared.delete_files(shared.tenant_now(job.tenant_id))


def _undo_archive(job: Job) -> None:
    with transaction.atomic():
        tenant = tenant_of(job)
        if tenant.state == TenantState.ARCHIVED:
            return
        shared.thaw(tenant.schema_name)
        if hold := job.data.get("hold"):
            release_hold(UUID(hold), actor=shared.actor_of(job))
    if path := job.data.get("path"):
        shared.archives().delete(path)


def _load(job: Job) -> None:
    tenant = shared.tenant_now(job.tenant_id)
    if tenant.state != TenantState.ARCHIVED:
        raise StateRefused(state=tenant.state)
    shared.load(job, tenant.archive_path, shared.own_keys())


def _migrate(job: Job) -> None:
    tenant = shared.tenant_now(job.tenant_id)
    states = shared.module_states(tenant.pk)
    job.data["releases"] = bring_up_to_date(tenant.schema_name, [KERNEL, *states])


def _open(job: Job) -> None:
    tenant = tenant_of(job)
    releases = job.data["releases"]
    states = shared.module_states(tenant.pk)
    shared.install_modules(tenant, states, releases)
    job.data["path"] = tenant.archive_path
    tenant.release = releases[KERNEL]
    tenant.archive_path = ""
    tenant.save(update_fields=["release", "archive_path"])
    shared.wake(tenant.schema_name)
    actor = shared.actor_of(job)
    move(tenant, TenantState.SUSPENDED, actor=actor)
    holds = Hold.objects.filter(tenant=tenant, level=HoldLevel.ARCHIVED, released_at=None)
    for hold_id in holds.values_list("pk", flat=True):
        release_hold(hold_id, actor=actor)


def _delete_archive(job: Job) -> None:
    shared.archives().delete(job.data["path"])


def _undo_restore(job: Job) -> None:
    with transaction.atomic():
        tenant = tenant_of(job)
        if tenant.state != TenantState.ARCHIVED:
            return
        drop_schema(tenant.schema_name)
    shared.delete_files(tenant)


def _unbind(job: Job) -> None:
    """Take the tenant off the network and drop what it still has in the database."""
    tenant = tenant_of(job)
    if tenant.state not in {
        TenantState.ARCHIVED,
        TenantState.PENDING,
        TenantState.PROVISIONING,
    }:
        raise StateRefused(state=tenant.state)
    drop_schema(tenant.schema_name)
    tenant.domains.all().delete()
    ModuleInstall.objects.filter(tenant=tenant).delete()
    Grant.objects.filter(tenant=tenant, revoked_at=None).update(revoked_at=utc_now())
    forget_schema(schema=tenant.schema_name)
    forget_alarms(schema=tenant.schema_name)


def _delete_everything(job: Job) -> None:
    tenant = shared.tenant_now(job.tenant_id)
    shared.delete_files(tenant)
    with public_context():
        delete_all(shared.archive_storage(), tenant.pk.hex)


def _end(job: Job) -> None:
    tenant = tenant_of(job)
    Tenant.objects.filter(pk=tenant.pk).update(archive_path="", brand={})
    tenant.refresh_from_db()
    move(tenant, TenantState.PURGED, actor=shared.actor_of(job))
