"""Compiles migrations to DDL packs.

Django runs the migrations once, on a scratch database, and everything that its
schema editor sends is written down. Replaying that is what a migration would
have done, with the same names, without Django's work for each tenant. A pack
for a fresh schema is folded: it makes the tables as the migrations left them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from secrets import token_hex
from typing import Any

import psycopg
import structlog
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import RunPython
from django.db.utils import load_backend
from psycopg import sql

from kernel.tenancy.backend.base import DatabaseWrapper, SchemaEditor
from kernel.tenancy.context import no_scope, public_context
from tenants.ddl.catalog import Line, digest, read_catalog, tables_of_schema
from tenants.ddl.dump import dump, filled_tables, unknown_objects
from tenants.ddl.names import prefix
from tenants.ddl.prepare import LIKE_OURS
from tenants.ddl.replay import record_statement
from tenants.ddl.segments import (
    KERNEL,
    digest_of,
    disk,
    labels,
    migrations_of,
    segments,
    state_digest,
    target_digest,
)
from tenants.ddl.state import GrowingState
from tenants.models import DdlPack

Applied = Sequence[tuple[str, str]]
_log = structlog.get_logger(__name__)
_CONCURRENTLY = re.compile(
    r"^(\s*(?:CREATE(?:\s+UNIQUE)?|DROP)\s+INDEX)\s+CONCURRENTLY\b", re.IGNORECASE
)
_DEFINES = re.compile(
    r"\s*(?:(?:CREATE|ALTER|DROP)\s+(?:UNIQUE\s+)?(?:TABLE|INDEX)|SET\s+CONSTRAINTS)\b",
    re.IGNORECASE,
)
_READS = re.compile(r"\bSELECT\b", re.IGNORECASE)


class PlanLeavesSegment(RuntimeError):
    """A segment's migrations need another module's: its pack cannot stand alone."""


def pack_for(segment: str, applied: Applied = (), *, upto: Applied | None = None) -> DdlPack:
    """Return the pack that brings a segment from ``applied`` to its newest state.

    Built on first need and kept in the database; a second process that needs it
    at the same time waits for the first.

    Args:
        segment: ``kernel`` or a module's code.
        applied: what a schema has already.
        upto: stop at these migrations, an older state that `is_whole`.
    """
    newest = migrations_of(segment)
    target = newest if upto is None else [key for key in newest if key in set(upto)]
    wanted = {
        "segment": segment,
        "source": state_digest(applied),
        "target": target_digest(segment) if target == newest else digest_of(target),
    }
    with public_context():
        if pack := DdlPack.objects.filter(**wanted).first():
            return pack
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext('stoa pack'))")
            if pack := DdlPack.objects.filter(**wanted).first():
                return pack
            return DdlPack.objects.create(**wanted, **_compile(segment, list(applied), target))


def build_all() -> list[DdlPack]:
    """Build what new tenants and newly enabled modules of this release need."""
    return [pack_for(segment) for segment in segments()]


@cache
def catalog_lines(segment: str) -> list[Line]:
    """Return line by line what a segment's newest pack makes; the pack keeps a digest only.

    Takes a scratch database, once in a process.
    """
    packs = {name: pack_for(name) for name in (KERNEL, segment)}
    with public_context(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('stoa pack'))")
        with scratch_database() as wrapper:
            for name in packs:
                _reach(wrapper, name, migrations_of(name))
            with wrapper.cursor() as cursor:
                return read_catalog(cursor, packs[segment].tables)


def _compile(
    segment: str, applied: list[tuple[str, str]], target: list[tuple[str, str]]
) -> dict[str, Any]:
    with scratch_database() as wrapper:
        recorder = _Recorder(wrapper)
        if segment != KERNEL:
            _reach(wrapper, KERNEL, migrations_of(KERNEL))
        _reach(wrapper, segment, applied)
        before = set(_tables(wrapper))
        with recorder.recording():
            migrate_forwards(wrapper, target, within=labels(segment))
        after = _tables(wrapper)
        pending = [key for key in target if key not in applied]
        tables = [name for name in after if name not in before] if segment != KERNEL else after
        if applied:
            tables = _segment_tables(after, segment)
        with wrapper.cursor() as cursor:
            lines = read_catalog(cursor, tables)
        foldable = not applied and (segment == KERNEL or _only_defines(recorder.statements))
        statements = _folded(wrapper, tables, lines) if foldable else []
        return {
            "statements": statements or recorder.statements,
            "migrations": [list(key) for key in pending],
            "tables": tables,
            "catalog": digest(lines),
            "atomic": _replayable(pending) or not applied,
        }


def _only_defines(statements: Iterable[str]) -> bool:
    """Tell whether statements do the same beside any rows of the kernel's tables.

    A module may begin with rows made from the tenant's own; on the scratch
    database there are none.
    """
    return all(_DEFINES.match(text) and not _READS.search(text) for text in statements)


def _folded(wrapper: DatabaseWrapper, tables: list[str], lines: list[Line]) -> list[str]:
    """Return statements that make the same tables at once, or none where that is not certain.

    Certain is what was tried: the tables are dropped, made anew from the
    statements, and compared line by line.
    """
    with wrapper.cursor() as cursor:
        if unknown := unknown_objects(cursor) or filled_tables(cursor, tables):
            _log.info("pack_not_folded", because=unknown[:5])
            return []
        statements = dump(cursor, tables)
        names = ", ".join(f'"{table}"' for table in tables)
        functions = [name for kind, _table, name, _text in lines if kind == "function"]
        cursor.execute(f"DROP TABLE {names} CASCADE" if names else "SELECT 1")
        for name in functions:
            cursor.execute(f'DROP FUNCTION "{name}"')
        cursor.execute(";\n".join(statements))
        if read_catalog(cursor, tables) != lines:
            _log.warning("pack_not_folded", because="the replay differs")
            return []
    return statements


def _reach(wrapper: DatabaseWrapper, segment: str, applied: Applied) -> None:
    """Bring the scratch database to a state: by an older pack that ends there, else by Django.

    Replaying takes a tenth of the time, and what a pack makes is what Django made.
    """
    if not applied:
        return
    pack = _pack_that_reaches(segment, applied)
    if pack is None:
        migrate_forwards(wrapper, applied)
        return
    with transaction.atomic(using=wrapper.alias), wrapper.cursor() as cursor:
        cursor.execute(";\n".join([*pack.statements, record_statement(pack.migrations)]))


def _pack_that_reaches(segment: str, applied: Applied) -> DdlPack | None:
    wanted = set(applied)
    with public_context():
        packs = DdlPack.objects.filter(segment=segment, source="").order_by("-built_at")
        if wanted == set(migrations_of(segment)):
            # A migration that was edited under the same name makes another pack.
            packs = packs.filter(target=target_digest(segment))
        same = (p for p in packs if {(app, name) for app, name in p.migrations} == wanted)
        return next(same, None)


def _segment_tables(tables: list[str], segment: str) -> list[str]:
    if segment == KERNEL:
        return tables
    return [name for name in tables if name.startswith(f"{segment}_")]


def _replayable(keys: Applied) -> bool:
    """Tell whether recorded statements do all that the migrations do."""
    for key in keys:
        migration = disk().disk_migrations[key]
        if not migration.atomic:
            return False
        for operation in migration.operations:
            if isinstance(operation, RunPython) and operation.code is not RunPython.noop:
                return False
    return True


class _Recorder:
    """Writes down what the schema editor of a connection sends."""

    def __init__(self, wrapper: DatabaseWrapper) -> None:
        self.statements: list[str] = []
        self._wrapper = wrapper

    @contextmanager
    def recording(self) -> Iterator[None]:
        statements = self.statements

        class Editor(SchemaEditor):
            def execute(self, text: Any, params: Any = ()) -> None:
                full = str(text)
                if params is not None:
                    full = self.connection.ops.compose_sql(full, params)
                # A fresh schema has no readers to spare, and a transaction needs it so.
                statements.append(_CONCURRENTLY.sub(r"\1", full).rstrip().rstrip(";"))
                super().execute(full, None)

        self._wrapper.SchemaEditorClass = Editor
        try:
            yield
        finally:
            self._wrapper.SchemaEditorClass = SchemaEditor


def migrate_forwards(
    wrapper: DatabaseWrapper, targets: Applied, *, within: set[str] | None = None
) -> None:
    """Apply these migrations, and what they need, in the connection's current schema.

    Django's own planner takes a target that is applied already as a wish to go
    back to it; here every target is one to reach.

    Args:
        wrapper: the connection.
        targets: migrations to reach.
        within: the only app labels that may be touched.

    Raises:
        PlanLeavesSegment: the migrations need one of another app.
    """
    executor = MigrationExecutor(wrapper)
    graph = executor.loader.graph
    applied = set(executor.loader.applied_migrations)
    keys: dict[tuple[str, str], None] = {}
    for target in targets:
        keys |= {key: None for key in graph.forwards_plan(target) if key not in applied}
    outside = {app for app, _name in keys} - within if within is not None else set()
    if outside:
        raise PlanLeavesSegment(f"{sorted(within or ())} need {sorted(outside)}")
    state = GrowingState(real_apps=executor.loader.unmigrated_apps)
    for migration, _backwards in executor.migration_plan(graph.leaf_nodes(), clean_start=True):
        if (migration.app_label, migration.name) in applied:
            migration.mutate_state(state, preserve=False)
    plan = [(graph.nodes[key], False) for key in keys]
    executor.migrate(list(targets), plan=plan, state=state)


def _tables(wrapper: DatabaseWrapper) -> list[str]:
    with wrapper.cursor() as cursor:
        return tables_of_schema(cursor)


@contextmanager
def scratch_database() -> Iterator[DatabaseWrapper]:
    """Create an empty database, yield a connection to its ``public`` schema, drop it.

    The caller holds the lock of pack building: one scratch database at a time,
    so that any other is what a killed process left behind, and is dropped.
    """
    name = f"{_scratch_prefix()}{token_hex(6)}"
    params = connection.get_connection_params()
    plain = {key: params[key] for key in ("host", "port", "user", "password") if key in params}
    with psycopg.connect(**plain, dbname=params["dbname"], autocommit=True) as admin:
        _drop_leftovers(admin)
        admin.execute(sql.SQL("CREATE DATABASE {} {}").format(sql.Identifier(name), LIKE_OURS))
        alias = f"scratch_{token_hex(4)}"
        settings_dict = {**connection.settings_dict, "NAME": name, "CONN_MAX_AGE": 0}
        settings_dict["OPTIONS"] = {
            key: value for key, value in settings_dict["OPTIONS"].items() if key != "pool"
        }
        backend = load_backend(settings_dict["ENGINE"])
        wrapper: DatabaseWrapper = backend.DatabaseWrapper(settings_dict, alias)
        connections.settings[alias] = settings_dict
        connections[alias] = wrapper
        try:
            with no_scope():
                yield wrapper
        finally:
            wrapper.close()
            del connections[alias]
            del connections.settings[alias]
            # Without FORCE, which needs rights over every process it ends: the server
            # sends its own vacuum workers away by itself, and nobody else comes here.
            admin.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def _scratch_prefix() -> str:
    """Return how this database's scratch databases begin: the lock reaches no further than it."""
    name = str(connection.settings_dict["NAME"])
    return f"{prefix()}_scratch_{sha256(name.encode()).hexdigest()[:6]}_"


def _drop_leftovers(admin: psycopg.Connection[Any]) -> None:
    rows = admin.execute(
        "SELECT datname FROM pg_database d WHERE datname LIKE %s"
        " AND NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.datid = d.oid)",
        [_scratch_prefix().replace("_", "\\_") + "%"],
    ).fetchall()
    for (name,) in rows:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
