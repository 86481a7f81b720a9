"""Makes a schema as an archive describes it, fills it, and brings it up to date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from django.core.files.base import File
from django.core.files.storage import Storage
from django.db import DEFAULT_DB_ALIAS, DataError, IntegrityError, connection, connections
from typing_extensions import override

from kernel.modules.registry import manifests, requirements_of
from kernel.tenancy.backend.base import DatabaseWrapper
from kernel.tenancy.context import TenantRef, maintenance_context, tenant_context
from tenants.archive.layout import Manifest, Segment, Table
from tenants.archive.reading import Visitor
from tenants.archive.tables import columns_here, copy_in, set_counters, set_session
from tenants.ddl.packs import migrate_forwards, pack_for
from tenants.ddl.replay import add_segment, applied_migrations, create_schema
from tenants.ddl.segments import KERNEL, is_whole, labels, migrations_of
from tenants.errors import ArchiveUnsuited
from tenants.models import DdlPack


@dataclass(frozen=True, slots=True)
class Plan:
    """The packs that make a schema, the kernel's first.

    Compiled before a transaction begins: compiling waits for its turn, and
    holds up whoever waits for the next one.
    """

    packs: tuple[DdlPack, ...]

    @property
    def release(self) -> str:
        """What the kernel's part stands on then."""
        return self.packs[0].target

    def release_of(self, segment: str) -> str:
        """What a segment stands on then; empty when it is not part of the plan."""
        return next((pack.target for pack in self.packs if pack.segment == segment), "")


def plan_for(segments: Sequence[Segment]) -> Plan:
    """Compile what makes a schema in the state that the segments tell of.

    Raises:
        ArchiveUnsuited: a module is not installed here, or migrations are not
            known here: they are newer, or were made by another product.
    """
    by_name = {segment.segment: segment for segment in segments}
    if KERNEL not in by_name:
        raise ArchiveUnsuited("the archive holds no kernel tables", missing=[KERNEL])
    known = manifests()
    missing = sorted(name for name in by_name if name != KERNEL and name not in known)
    if missing:
        raise ArchiveUnsuited(
            f"These modules are not installed here: {', '.join(missing)}", missing=missing
        )
    for segment in segments:
        _refuse_unknown(segment)
    order = [KERNEL]
    for name in by_name:
        if name != KERNEL:
            order += [n for n in (*requirements_of(name, known), name) if n in by_name]
    packs = [pack_for(name, upto=by_name[name].migrations) for name in dict.fromkeys(order)]
    return Plan(tuple(packs))


def _refuse_unknown(segment: Segment) -> None:
    here = set(migrations_of(segment.segment))
    unknown = sorted(f"{app}.{name}" for app, name in segment.migrations if (app, name) not in here)
    if unknown:
        raise ArchiveUnsuited(
            f"The archive is of a newer or another release: {', '.join(unknown[:5])}",
            unknown=unknown,
        )
    if not is_whole(segment.migrations, segment.segment):
        raise ArchiveUnsuited(f"The archive's migrations of {segment.segment} have gaps")


def build(schema: str, plan: Plan) -> str:
    """Make the schema in the caller's transaction; return its role."""
    role = create_schema(schema, plan.packs[0])
    for pack in plan.packs[1:]:
        add_segment(schema, pack)
    return role


class Loader(Visitor):
    """Fills a new schema, and the tenant's files, while an archive is read.

    The rows are in the caller's transaction and vanish with it; the caller
    deletes the files when the archive turns out to be bad.
    """

    def __init__(self, tenant: TenantRef, files: Storage | None) -> None:
        self._tenant = tenant
        self._files = files
        self._columns: dict[str, set[str]] = {}
        self.tables_done = 0

    @override
    def manifest(self, manifest: Manifest) -> None:
        with maintenance_context(self._tenant.schema), connection.cursor() as cursor:
            set_session(cursor)
            self._columns = columns_here(cursor)
        for segment in manifest.segments:
            for table in segment.tables:
                if self._columns.get(table.name) != set(table.columns):
                    raise ArchiveUnsuited(f"The table {table.name} has other columns here")

    @override
    def table(self, segment: Segment, table: Table, parts: Iterator[bytes]) -> None:
        with maintenance_context(self._tenant.schema), connection.cursor() as cursor:
            try:
                copy_in(cursor, table, parts)
            except (DataError, IntegrityError) as error:
                raise ArchiveUnsuited(f"Rows of {table.name} do not fit: {error}") from error
            set_counters(cursor, table)
        self.tables_done += 1

    @override
    def file(self, name: str, size: int, parts: Iterator[bytes]) -> None:
        if self._files is None:
            return
        with tenant_context(self._tenant):
            # Left by an attempt that was killed; without this the new one would
            # get another name.
            self._files.delete(name)
            self._files.save(name, _Incoming(parts, name=name, size=size))


class _Incoming(File):  # type: ignore[type-arg]
    """A file whose bytes come from a stream."""

    def __init__(self, parts: Iterator[bytes], *, name: str, size: int) -> None:
        super().__init__(None, name=name)
        self._parts = parts
        self._size = size
        self._held = b""

    @property
    def size(self) -> int:
        """Return how many bytes will come."""
        return self._size

    @override
    def seekable(self) -> bool:
        return False

    @override
    def readable(self) -> bool:
        return True

    @override
    def __bool__(self) -> bool:
        return True

    @override
    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        return self._parts

    @override
    def read(self, size: int = -1, /) -> bytes:
        while size < 0 or len(self._held) < size:
            part = next(self._parts, None)
            if part is None:
                break
            self._held += part
        end = len(self._held) if size < 0 else size
        taken, self._held = self._held[:end], self._held[end:]
        return taken

    @override
    def close(self) -> None:
        """Nothing to close: whoever reads the archive closes it."""


def bring_up_to_date(schema: str, segments: Sequence[str]) -> dict[str, str]:
    """Apply what this release has and the schema has not; return what each segment stands on.

    May be repeated after a kill.
    """
    releases = {}
    for segment in segments:
        own = labels(segment)
        applied = [key for key in applied_migrations(schema) if key[0] in own]
        newest = pack_for(segment)
        releases[segment] = newest.target
        if set(applied) == set(migrations_of(segment)):
            continue
        pack = pack_for(segment, applied)
        if pack.atomic:
            add_segment(schema, pack)
        else:
            _migrate(schema, segment)
            # Grants alone are left to be done.
            add_segment(schema, DdlPack(statements=[], migrations=[], tables=pack.tables))
    return releases


def _migrate(schema: str, segment: str) -> None:
    """Let Django run migrations that statements alone do not tell."""
    wrapper = cast("DatabaseWrapper", connections[DEFAULT_DB_ALIAS])
    with maintenance_context(schema):
        migrate_forwards(wrapper, migrations_of(segment), within=labels(segment))
