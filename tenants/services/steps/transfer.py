"""Copy, export and import."""

from __future__ import annotations

from uuid import UUID

from django.db import connection, transaction

from kernel.common.time import utc_now
from kernel.tenancy.arrivals import settle
from kernel.tenancy.context import maintenance_context, tenant_context
from kernel.tenancy.storage import walk
from tenants.archive import keys
from tenants.archive.keys import Opener, Passphrase, Recipient
from tenants.archive.layout import Segment
from tenants.archive.schema import Plan, bring_up_to_date, build, plan_for
from tenants.archive.tables import (
    Choice,
    lock_for_reading,
    read_segments,
    set_counters,
    set_session,
    tables_of,
)
from tenants.choices import LIVING, InstallState, JobKind, TenantState
from tenants.ddl.catalog import tables_of_schema
from tenants.ddl.names import checked_schema, tenant_role
from tenants.ddl.replay import schema_exists
from tenants.ddl.segments import KERNEL
from tenants.directory import to_ref
from tenants.errors import ArchiveUnsuited, StateRefused
from tenants.models import Grant, Job, Tenant
from tenants.services.grants import give
from tenants.services.heartbeat import Heartbeat
from tenants.services.jobs import Step, define, remember, tenant_of
from tenants.services.lifecycle import seal_sandbox
from tenants.services.states import move
from tenants.services.steps import shared

_WITH_KEY = ".tar"
"""An export with a passphrase is a tar of its key and the archive."""


def define_steps() -> None:
    """Register the steps; called at start."""
    define(
        JobKind.COPY,
        [
            Step("rows", _copy_rows, atomic=False),
            Step("files", _copy_files, atomic=False),
            Step("migrate", _migrate, atomic=False),
            Step("open", _open),
        ],
        undo=shared.abandon,
    )
    define(
        JobKind.EXPORT,
        [
            Step("write", _write_export, atomic=False),
            Step("verify", _verify_export, atomic=False),
            Step("end", _end_export),
        ],
        undo=_undo_export,
    )
    define(
        JobKind.IMPORT,
        [
            Step("load", _load_import, atomic=False),
            Step("migrate", _migrate, atomic=False),
            Step("open", _open),
            Step("tidy", _delete_upload, atomic=False),
        ],
        undo=_undo_import,
    )


# --- copy -----------------------------------------------------------------------


def _source(job: Job) -> Tenant:
    tenant = shared.tenant_now(UUID(job.data["source"]))
    if tenant.state not in LIVING:
        raise StateRefused(state=tenant.state)
    return tenant


def _copy_rows(job: Job) -> None:
    tenant = shared.tenant_now(job.tenant_id)
    if tenant.state != TenantState.PENDING:
        raise StateRefused(state=tenant.state)
    if schema_exists(tenant.schema_name):
        return
    source = _source(job)
    states = shared.module_states(source.pk)
    plan = plan_for(_describe(source.schema_name, states))
    with Heartbeat(job) as heart, transaction.atomic():
        with maintenance_context(source.schema_name), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            set_session(cursor)
            lock_for_reading(cursor, _describe_tables(source.schema_name))
        segments = _describe(source.schema_name, states)
        if plan_for(segments) != plan:
            raise ArchiveUnsuited("the tenant was migrated meanwhile; try again")
        _fill(source.schema_name, tenant.schema_name, segments, plan, heart)
        remember(job, states={s.segment: s.state for s in segments if s.state})


def _describe(schema: str, states: dict[str, str]) -> tuple[Segment, ...]:
    with maintenance_context(schema), connection.cursor() as cursor:
        return read_segments(cursor, Choice(everything=False), states=states)


def _describe_tables(schema: str) -> list[str]:
    with maintenance_context(schema), connection.cursor() as cursor:
        return tables_of_schema(cursor)


def _fill(
    source: str, target: str, segments: tuple[Segment, ...], plan: Plan, heart: Heartbeat
) -> None:
    build(target, plan)
    tables = [table for _segment, table in tables_of(segments) if not table.left_out]
    with maintenance_context(target), connection.cursor() as cursor:
        for done, table in enumerate(tables):
            heart.at(done, len(tables))
            columns = ", ".join(f'"{column}"' for column in table.columns)
            cursor.execute(
                f'DELETE FROM "{table.name}";'  # noqa: S608  names from the catalog
                f' INSERT INTO "{table.name}" ({columns}) OVERRIDING SYSTEM VALUE'
                f' SELECT {columns} FROM {checked_schema(source)}."{table.name}"'
            )
            set_counters(cursor, table)


def _copy_files(job: Job) -> None:
    source, tenant = to_ref(_source(job)), to_ref(shared.tenant_now(job.tenant_id))
    storage = shared.files()
    with tenant_context(source):
        names = list(walk(storage))
    with Heartbeat(job) as heart:
        for done, name in enumerate(names):
            heart.at(done, len(names))
            with tenant_context(source):
                file = storage.open(name)
            with file, tenant_context(tenant):
                storage.delete(name)
                storage.save(name, file)


# --- copy and import --------------------------------------------------------------


def _migrate(job: Job) -> None:
    tenant = shared.tenant_now(job.tenant_id)
    job.data["releases"] = bring_up_to_date(tenant.schema_name, [KERNEL, *job.data["states"]])


def _open(job: Job) -> None:
    tenant = tenant_of(job)
    releases = job.data["releases"]
    actor = shared.actor_of(job)
    tenant.role_name = tenant_role(tenant.schema_name)
    tenant.release = releases[KERNEL]
    tenant.save(update_fields=["role_name", "release"])
    shared.install_modules(tenant, job.data["states"], releases)
    with maintenance_context(tenant.schema_name):
        settle(now=utc_now())
    for feature in _granted(job):
        give(
            tenant.pk,
            feature,
            source_type="copy",
            source_id=job.pk.hex,
            actor=actor,
        )
    seal_sandbox(tenant)
    move(tenant, TenantState.PROVISIONING, actor=actor)
    in_trial = tenant.trial_ends_at is not None and tenant.trial_ends_at > utc_now()
    move(tenant, TenantState.TRIAL if in_trial else TenantState.ACTIVE, actor=actor)
    shared.wake(tenant.schema_name)
    job.data.pop("secret", None)


def _granted(job: Job) -> list[str]:
    """Return what the copy may use from the start, when it was asked to."""
    if not job.data.get("with_grants"):
        return []
    on = [code for code, state in job.data["states"].items() if state == InstallState.ENABLED]
    held = Grant.objects.filter(
        tenant_id=UUID(job.data["source"]), feature__in=on, revoked_at=None
    ).values_list("feature", flat=True)
    return sorted(set(held))


# --- export -----------------------------------------------------------------------


def _target(job: Job) -> Recipient | Passphrase:
    if text := job.data.get("recipient"):
        return keys.recipient_of(text)
    return Passphrase(keys.unseal(job.data["secret"]))


def _export_name(job: Job) -> str:
    suffix = shared.SUFFIX if job.data.get("recipient") else _WITH_KEY
    return shared.archive_name(job.tenant_id, "export", job, suffix=suffix)


def _write_export(job: Job) -> None:
    tenant = shared.tenant_now(job.tenant_id)
    if tenant.state not in LIVING:
        raise StateRefused(state=tenant.state)
    shared.write(job, _export_name(job), choice=Choice(everything=False), to=_target(job))


def _verify_export(job: Job) -> None:
    """Read the export back, if this installation can: a recipient's key it has not."""
    to = _target(job)
    if isinstance(to, Passphrase):
        shared.verify(job, _export_name(job), to)


def _end_export(job: Job) -> None:
    job.data.pop("secret", None)
    job.data["path"] = _export_name(job)
    job.data["bytes"] = shared.archives().size(_export_name(job))


def _undo_export(job: Job) -> None:
    job.data.pop("secret", None)
    shared.archives().delete(_export_name(job))


# --- import -----------------------------------------------------------------------


def _opener(job: Job) -> Opener:
    secret = job.data.get("secret")
    return keys.opener_of(keys.unseal(secret) if secret else "")


def _load_import(job: Job) -> None:
    tenant = shared.tenant_now(job.tenant_id)
    if tenant.state != TenantState.PENDING:
        raise StateRefused(state=tenant.state)
    shared.load(job, job.data["path"], _opener(job))


def _delete_upload(job: Job) -> None:
    shared.archives().delete(job.data["path"])


def _undo_import(job: Job) -> None:
    job.data.pop("secret", None)
    shared.abandon(job)
    shared.archives().delete(job.data["path"])
