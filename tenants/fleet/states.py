"""Who is where: reads what every tenant has applied, and groups it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from django.db import connection

from kernel.modules.registry import manifests, requirements_of
from kernel.tenancy.context import public_context
from tenants.choices import LIVING, TenantState
from tenants.ddl.names import checked_schema
from tenants.ddl.segments import KERNEL, labels, migrations_of
from tenants.models import ModuleInstall, Tenant

Key = tuple[str, str]
WITH_SCHEMA = (TenantState.PROVISIONING, *LIVING)
"""States in which there is a schema to migrate."""

_BATCH = 100
_DIGEST = "md5(string_agg(app || '.' || name, ',' ORDER BY app, name))"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a state stands to this release, for one segment; each part sorted or in order."""

    applied: tuple[Key, ...]
    pending: tuple[Key, ...]
    unknown: tuple[Key, ...]


def _standing(segment: str, state: frozenset[Key]) -> Standing:
    own, wanted = labels(segment), migrations_of(segment)
    applied = tuple(sorted(key for key in state if key[0] in own))
    return Standing(
        applied=applied,
        pending=tuple(key for key in wanted if key not in state),
        unknown=tuple(key for key in applied if key not in wanted),
    )


@dataclass(frozen=True, slots=True)
class Member:
    """A tenant as the runner sees it.

    Attributes:
        state: digest of all that its schema has applied, as PostgreSQL computes it.
        standing: the same for each segment, against this release; shared by all
            tenants of one state.
        segments: the kernel and the modules whose tables it has, in the order to migrate.
        installed_release: what the registry says each segment stands on.
        missing_code: modules whose tables it has and whose code is not installed here.
    """

    id: UUID
    name: str
    schema: str
    role: str
    ring: int
    state: str
    standing: Mapping[str, Standing]
    segments: tuple[str, ...]
    installed_release: Mapping[str, str]
    missing_code: tuple[str, ...] = ()

    def applied_of(self, segment: str) -> tuple[Key, ...]:
        """Return what of a segment is applied, sorted."""
        return self.standing[segment].applied

    def pending_of(self, segment: str) -> tuple[Key, ...]:
        """Return what of a segment is still to be applied, in order."""
        return self.standing[segment].pending

    def unknown(self) -> list[Key]:
        """Return applied migrations of which this release has no file: it is the older one."""
        return [key for segment in self.segments for key in self.standing[segment].unknown]


def read_fleet(tenant_ids: Iterable[UUID] | None = None) -> list[Member]:
    """Return every tenant that has a schema, canaries first.

    Args:
        tenant_ids: only these.
    """
    with public_context():
        wanted = Tenant.objects.filter(state__in=WITH_SCHEMA)
        if tenant_ids is not None:
            wanted = wanted.filter(pk__in=list(tenant_ids))
        tenants = list(wanted.order_by("ring", "created_at", "pk"))
        installs = _installs(None if tenant_ids is None else [tenant.pk for tenant in tenants])
    digests = _digests(tenant.schema_name for tenant in tenants)
    known: dict[str, frozenset[Key]] = {}
    standing: dict[str, dict[str, Standing]] = {}
    members = []
    for tenant in tenants:
        digest = digests.get(tenant.schema_name)
        if digest is None:
            continue
        if digest not in known:
            digest, applied = _full_state(tenant.schema_name)
            known[digest] = applied
        releases = installs.get(tenant.pk, {})
        segments = (KERNEL, *_in_order(releases))
        here = standing.setdefault(digest, {})
        for segment in segments:
            if segment not in here:
                here[segment] = _standing(segment, known[digest])
        members.append(
            Member(
                id=tenant.pk,
                name=tenant.name,
                schema=tenant.schema_name,
                role=tenant.role_name,
                ring=tenant.ring,
                state=digest,
                standing=here,
                segments=segments,
                installed_release={KERNEL: tenant.release, **releases},
                missing_code=tuple(sorted(set(releases) - set(manifests()))),
            )
        )
    return members


def _installs(tenant_ids: Sequence[UUID] | None) -> dict[UUID, dict[str, str]]:
    rows = ModuleInstall.objects.all()
    if tenant_ids is not None:
        rows = rows.filter(tenant_id__in=tenant_ids)
    found: dict[UUID, dict[str, str]] = {}
    for tenant_id, module, release in rows.values_list("tenant_id", "module", "release"):
        found.setdefault(tenant_id, {})[module] = release
    return found


def _in_order(modules: Iterable[str]) -> list[str]:
    """Return known modules so that what one requires comes before it."""
    order: list[str] = []
    wanted = sorted(code for code in modules if code in manifests())
    for code in wanted:
        for name in (*requirements_of(code, manifests()), code):
            if name in wanted and name not in order:
                order.append(name)
    return order


def _batches(names: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(names)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def _digests(schemas: Iterable[str]) -> dict[str, str]:
    """Return the digest of each schema's state; a schema without a state is left out."""
    found: dict[str, str] = {}
    with public_context(), connection.cursor() as cursor:
        for batch in _batches(checked_schema(schema) for schema in schemas):
            # A tenant may be archived between the two statements: read what is there.
            cursor.execute(
                "SELECT schemaname FROM pg_catalog.pg_tables"
                " WHERE tablename = 'django_migrations' AND schemaname = ANY(%s)",
                [batch],
            )
            present = [row[0] for row in cursor.fetchall()]
            if not present:
                continue
            parts = (
                f"SELECT '{schema}', {_DIGEST} FROM {schema}.django_migrations"  # noqa: S608  names of our grammar
                for schema in present
            )
            cursor.execute(" UNION ALL ".join(parts))
            found.update({schema: digest or "" for schema, digest in cursor.fetchall()})
    return found


def _full_state(schema: str) -> tuple[str, frozenset[Key]]:
    """Return a schema's digest together with what it stands for, from one statement.

    The state may have moved on since its digest was read first; the two must
    not be mixed, for the digest then decides for other tenants too.
    """
    with public_context(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT coalesce({_DIGEST}, ''), json_agg(json_build_array(app, name))"  # noqa: S608
            f" FROM {checked_schema(schema)}.django_migrations"
        )
        digest, rows = cursor.fetchone()
    if isinstance(rows, str):
        rows = json.loads(rows)
    return digest, frozenset((app, name) for app, name in rows or ())


def state_sql() -> str:
    """Return SQL for the digest of the current schema's state, to compare with `Member.state`."""
    return f"SELECT coalesce({_DIGEST}, '') FROM django_migrations"  # noqa: S608  a constant
