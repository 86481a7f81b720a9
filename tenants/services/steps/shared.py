"""What several kinds of job do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast
from uuid import UUID

from django.core.files.storage import Storage, storages
from django.db import connection, transaction
from typing_extensions import override

from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.common.wakeups.services import wake_schema
from kernel.modules.registry import manifests
from kernel.tenancy.context import maintenance_context, public_context, tenant_context
from kernel.tenancy.schedules.alarms import look_into
from kernel.tenancy.storage import ArchiveFiles, delete_all
from tenants.archive import keys
from tenants.archive.keys import Identity, Opener, Passphrase, Recipient
from tenants.archive.layout import Manifest, Segment, Table
from tenants.archive.reading import Limits, Visitor, peek, read_archive
from tenants.archive.schema import Loader, Plan, build, plan_for
from tenants.archive.tables import Choice
from tenants.archive.writing import Source, write_archive
from tenants.choices import InstallState, TenantState
from tenants.ddl.catalog import tables_of_schema
from tenants.ddl.names import tenant_role
from tenants.ddl.replay import drop_schema, grant_statements, schema_exists
from tenants.directory import to_ref
from tenants.errors import ArchiveUnreadable, ArchiveUnsuited
from tenants.models import Job, ModuleInstall, Tenant
from tenants.services.heartbeat import Heartbeat
from tenants.services.jobs import remember
from tenants.services.states import move

SUFFIX = ".tar.gz.age"
_PARTICULARS = (
    *("name", "kind", "legal_entity", "locale", "zone", "currency", "brand", "offers", "ring"),
)


def actor_of(job: Job) -> Actor:
    """Return who asked for a job, as far as the job knows."""
    return Actor.system(job.requested_by or "jobs")


def archives() -> ArchiveFiles:
    """Return where archives lie."""
    return cast("ArchiveFiles", storages["archives"])


def archive_storage() -> Storage:
    """Return where archives lie, as Django sees it."""
    return storages["archives"]


def files() -> Storage:
    """Return where tenants' files lie."""
    return storages["default"]


def archive_name(tenant_id: UUID, what: str, job: Job, *, suffix: str = SUFFIX) -> str:
    """Return the name of the archive that a job writes: always the same for a job."""
    return f"{tenant_id.hex}/{what}-{job.pk.hex}{suffix}"


def tenant_now(tenant_id: UUID) -> Tenant:
    """Return a tenant's row without locking it."""
    with public_context():
        return Tenant.objects.get(pk=tenant_id)


def particulars(tenant: Tenant) -> Mapping[str, Any]:
    """Return what an archive says of its tenant."""
    ends = tenant.trial_ends_at
    return {
        "id": tenant.public_id,
        **{name: getattr(tenant, name) for name in _PARTICULARS},
        "trial_ends_at": ends.isoformat() if ends else None,
    }


def module_states(tenant_id: UUID) -> dict[str, str]:
    """Return the state of each installed module."""
    with public_context():
        return dict(
            ModuleInstall.objects.filter(tenant_id=tenant_id).values_list("module", "state")
        )


def write(job: Job, name: str, *, choice: Choice, to: Recipient | Passphrase) -> None:
    """Write an archive of the job's tenant; nothing to do when it is there already."""
    if archives().exists(name):
        return
    tenant = tenant_now(job.tenant_id)
    source = Source(
        tenant=to_ref(tenant),
        particulars=particulars(tenant),
        choice=choice,
        states=module_states(tenant.pk),
        files=None if choice.module else files(),
    )
    with Heartbeat(job) as heart, archives().writer(name) as out:
        write_archive(source, out, to=to, now=utc_now(), progress=heart.at)


class _Watcher(Visitor):
    """Shows how far the reading is."""

    def __init__(self, heart: Heartbeat) -> None:
        self._heart = heart
        self._seen = 0

    @override
    def table(self, segment: Segment, table: Table, parts: Iterator[bytes]) -> None:
        self._beat()

    @override
    def file(self, name: str, size: int, parts: Iterator[bytes]) -> None:
        self._beat()

    def _beat(self) -> None:
        self._seen += 1
        self._heart.at(self._seen, 0)


def verify(job: Job, name: str, opener: Opener) -> None:
    """Read an archive back from where it was written.

    Raises:
        ArchiveUnreadable: it is not what was written.
    """
    with Heartbeat(job) as heart, archives().open(name) as source:
        read_archive(source, opener, _Watcher(heart))


def inspect(name: str, opener: Opener, *, limits: Limits) -> Manifest:
    """Read all of an archive that came from elsewhere, and see that it fits here.

    Raises:
        ArchiveUnreadable, ArchiveUnsuited: it is damaged, or does not.
    """
    with archives().open(name) as source:
        manifest, _sums = read_archive(source, opener, Visitor(), limits=limits)
    if manifest.content != "tenant":
        raise ArchiveUnsuited("the archive holds one module, not a tenant")
    plan_for(manifest.segments)
    return manifest


class _Planner(Visitor):
    """Makes the schema as soon as the manifest tells how."""

    def __init__(self, loader: Loader, schema: str, plan: Plan, heart: Heartbeat) -> None:
        self._loader = loader
        self._schema = schema
        self._plan = plan
        self._heart = heart
        self._total = 0
        self._done = 0

    @override
    def manifest(self, manifest: Manifest) -> None:
        self._total = sum(len(segment.tables) for segment in manifest.segments)
        build(self._schema, self._plan)
        self._loader.manifest(manifest)

    @override
    def table(self, segment: Segment, table: Table, parts: Iterator[bytes]) -> None:
        self._loader.table(segment, table, parts)
        self._done += 1
        self._heart.at(self._done, self._total)

    @override
    def file(self, name: str, size: int, parts: Iterator[bytes]) -> None:
        self._loader.file(name, size, parts)
        self._heart.at(self._done, self._total)


def load(job: Job, name: str, opener: Opener) -> None:
    """Make the tenant's schema from an archive, in one transaction; done when it stands.

    Raises:
        ArchiveUnreadable, ArchiveUnsuited: nothing was made, but for files, which
            the job's undoing deletes.
    """
    tenant = tenant_now(job.tenant_id)
    if schema_exists(tenant.schema_name):
        return
    if not archives().exists(name):
        raise ArchiveUnreadable("the archive is not there any more")
    with archives().open(name) as source:
        manifest = peek(source, opener)
    plan = plan_for(manifest.segments)
    with Heartbeat(job) as heart, archives().open(name) as source, transaction.atomic():
        loader = Loader(to_ref(tenant), files())
        planner = _Planner(loader, tenant.schema_name, plan, heart)
        read_archive(source, opener, planner)
        remember(job, states={s.segment: s.state for s in manifest.segments if s.state})


def own_keys() -> list[Identity]:
    """Return the keys of this installation's own archives."""
    return keys.identities()


def freeze(schema: str) -> None:
    """Take from the tenant's role the right to write, and wait for writers that have begun.

    From the commit of the caller's transaction on, rows stay as they are.
    """
    role = tenant_role(schema)
    with maintenance_context(schema), connection.cursor() as cursor:
        names = ", ".join(f'"{table}"' for table in tables_of_schema(cursor))
        cursor.execute(
            "SET LOCAL lock_timeout = '5s';"
            f' REVOKE INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} FROM "{role}";'
            f" LOCK TABLE {names} IN SHARE MODE"
        )


def is_frozen(schema: str) -> bool:
    """Tell whether the tenant's role still may write nothing: a migration gives rights too."""
    with maintenance_context(schema), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_catalog.pg_class c"
            " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')"
            " AND has_table_privilege(%s, c.oid, 'INSERT')",
            [tenant_role(schema)],
        )
        return bool(cursor.fetchone()[0] == 0)


def thaw(schema: str) -> None:
    """Give the rights back that `freeze` took; nothing happens when the schema is gone."""
    if not schema_exists(schema):
        return
    with maintenance_context(schema), connection.cursor() as cursor:
        for statement in grant_statements(tables_of_schema(cursor), tenant_role(schema)):
            cursor.execute(statement)


def install_modules(tenant: Tenant, states: Mapping[str, str], releases: Mapping[str, str]) -> None:
    """Write down which modules stand in a schema, in the caller's transaction."""
    ModuleInstall.objects.filter(tenant=tenant).exclude(module__in=states).delete()
    for code, state in states.items():
        now = utc_now()
        ModuleInstall.objects.update_or_create(
            tenant=tenant,
            module=code,
            defaults={
                "state": state,
                "version": manifests()[code].version,
                "release": releases.get(code, ""),
            },
            create_defaults={
                "state": state,
                "version": manifests()[code].version,
                "release": releases.get(code, ""),
                "enabled_at": now,
                "disabled_at": None if state == InstallState.ENABLED else now,
            },
        )


def wake(schema: str) -> None:
    """Let events that wait in a schema, and work that is due in it, be looked for."""
    now = utc_now()
    with public_context():
        wake_schema(schema=schema, not_before=now)
        look_into(schema=schema, now=now)


def delete_files(tenant: Tenant) -> None:
    """Delete all files of a tenant."""
    with tenant_context(to_ref(tenant)):
        delete_all(files())


def abandon(job: Job) -> None:
    """Take back a tenant that a job was to bring forth: nothing of it stays but its row."""
    with public_context(), transaction.atomic():
        tenant = Tenant.objects.select_for_update().get(pk=job.tenant_id)
        if tenant.state not in {TenantState.PENDING, TenantState.PROVISIONING}:
            return
        drop_schema(tenant.schema_name)
        tenant.domains.all().delete()
        ModuleInstall.objects.filter(tenant=tenant).delete()
        move(tenant, TenantState.PURGED, actor=actor_of(job), reason="not finished")
    delete_files(tenant)
