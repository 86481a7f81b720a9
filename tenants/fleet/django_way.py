"""Brings one tenant to this release with Django's own executor.

For migrations that statements alone do not tell: data migrations, and those
that run outside a transaction. Each commits by itself, so a kill leaves the
tenant between two of them and the next run goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import cast
from uuid import UUID

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction

from kernel.tenancy.backend.base import DatabaseWrapper
from kernel.tenancy.context import maintenance_context, public_context
from tenants.ddl.names import checked_schema
from tenants.ddl.packs import migrate_forwards
from tenants.ddl.segments import disk, labels, migrations_of
from tenants.errors import TenantBusy
from tenants.fleet.apply import (
    LOCK_TIMEOUT,
    Outcome,
    Result,
    lock_number,
    new_grants,
    note_release_and_done,
    result_of,
)
from tenants.fleet.plan import Work
from tenants.fleet.states import Key, Member, read_fleet

_RETRY_AFTER = 2
"""Seconds."""


def execute(work: Work, *, run_id: UUID) -> Result:
    """Apply what the packs stand for, migration by migration."""
    member = work.member
    try:
        with _held(member) as held:
            if not held:
                return Result(Outcome.LATER, "another runner is at this tenant")
            for pack in work.packs:
                _execute_segment(member, pack.segment)
        _finish(work, run_id=run_id)
    except DatabaseError as error:
        return result_of(error)
    # A data migration is anybody's code: what it raises concerns this tenant alone.
    except Exception as error:  # noqa: BLE001
        return Result(Outcome.FAILED, f"{type(error).__name__}: {error}"[:2000])
    return Result(Outcome.DONE)


def bring_forward(tenant_id: UUID, segment: str) -> None:
    """Bring one segment of one tenant to this release; nobody uses its tables meanwhile.

    Rights on new tables are the caller's to give.

    Raises:
        TenantBusy: a runner is at this tenant.
        DatabaseError: a migration failed; those before it stay applied.
    """
    for member in read_fleet([tenant_id]):
        with _held(member) as held:
            if not held:
                raise TenantBusy(retry_after=_RETRY_AFTER)
            _execute_segment(member, segment)


@contextmanager
def _held(member: Member) -> Iterator[bool]:
    """Hold the tenant's lock over several transactions; yield False when it is taken.

    Inside, the connection stays in one schema, so it is not recycled, which
    would let the lock go.
    """
    number = lock_number(member.id)
    with maintenance_context(checked_schema(member.schema)), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        held = bool(cursor.fetchone()[0])
        try:
            yield held
        finally:
            if held and connection.is_usable():
                with connection.cursor() as again:
                    again.execute("SELECT pg_advisory_unlock(%s)", [number])


def _execute_segment(member: Member, segment: str) -> None:
    with _lock_timeout(segment):
        _drop_left_over_indexes(member.pending_of(segment))
        wrapper = cast("DatabaseWrapper", connections[DEFAULT_DB_ALIAS])
        migrate_forwards(wrapper, migrations_of(segment), within=labels(segment))


@contextmanager
def _lock_timeout(segment: str) -> Iterator[None]:
    """Wait for locks as briefly as a replay does, unless an index is built concurrently.

    Building concurrently waits for older transactions without blocking anybody.
    """
    all_atomic = all(disk().disk_migrations[key].atomic for key in migrations_of(segment))
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LOCK_TIMEOUT if all_atomic else 0}'")
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")


def _drop_left_over_indexes(pending: Iterable[Key]) -> None:
    """Drop what a killed concurrent build left: half an index, or a whole one not noted yet."""
    names = {
        operation.index.name
        for key in pending
        for operation in disk().disk_migrations[key].operations
        if isinstance(operation, AddIndexConcurrently)
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_catalog.pg_index i"
            " JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
            " WHERE c.relnamespace = current_schema()::regnamespace"
            " AND (NOT i.indisvalid OR c.relname = ANY(%s))",
            [sorted(names)],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"')


def _finish(work: Work, *, run_id: UUID) -> None:
    statements = [f"SET LOCAL search_path TO {checked_schema(work.member.schema)}, pg_temp"]
    for pack in work.packs:
        statements += new_grants(pack, work.member.role)
    statements += note_release_and_done(work, run_id=run_id)
    with public_context(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(";\n".join(statements))
