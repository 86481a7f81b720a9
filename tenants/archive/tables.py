"""Reads and writes the tables of one schema, inside the caller's transaction.

Everything here runs as the owner, in `maintenance_context`: the archive of a
tenant holds also what its own role may not read or change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from django.db.backends.utils import CursorWrapper
from psycopg import sql

from kernel.modules.registry import manifests
from tenants.archive.layout import PIECE_BYTES, Counter, Segment, Table, TableSum
from tenants.ddl.segments import KERNEL, labels

BOOKKEEPING = "django_migrations"
"""Written by whoever makes the schema, not copied."""

# What must not leave the tenant, or is nothing without it: sealed secrets,
# people signed in, deliveries in flight, answers kept for repeated requests.
_PERSONAL_TO_THE_TENANT = ("secrets_", "django_session", "outbox_", "wakeups_", "idempotency_")

_SESSION = (
    "SET LOCAL client_encoding = 'UTF8'; SET LOCAL DateStyle = 'ISO, YMD';"
    " SET LOCAL IntervalStyle = 'postgres'; SET LOCAL TimeZone = 'UTC';"
    " SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex';"
    " SET LOCAL lc_monetary = 'C'; SET LOCAL statement_timeout = 0"
)

_COLUMNS = """
SELECT c.relname, a.attname, a.attidentity::text
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
   AND a.attgenerated = ''
 ORDER BY c.relname, a.attnum
"""


def stays_behind(table: str) -> bool:
    """Tell whether a table's rows stay behind when a tenant is exported or copied."""
    return table.startswith(_PERSONAL_TO_THE_TENANT)


def set_session(cursor: CursorWrapper) -> None:
    """Make values read as they were written, whatever the server is set to."""
    cursor.execute(_SESSION)


def lock_for_reading(cursor: CursorWrapper, tables: Iterable[str]) -> None:
    """Keep tables as they are until the transaction ends; their rows may change."""
    names = ", ".join(f'"{name}"' for name in tables)
    if names:
        cursor.execute(f"LOCK TABLE {names} IN ACCESS SHARE MODE")


def segment_of_table(table: str) -> str:
    """Return which segment a table belongs to, by the rule that module tables bear its code."""
    codes = [code for code in manifests() if table.startswith(f"{code}_")]
    return max(codes, key=len) if codes else KERNEL


def segment_of_app(label: str) -> str:
    """Return which segment an app belongs to."""
    return KERNEL if label in labels(KERNEL) else label


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rows of a schema are wanted.

    Attributes:
        module: only this module's tables; None for all.
        everything: also what stays behind otherwise.
    """

    everything: bool
    module: str | None = None


def read_segments(
    cursor: CursorWrapper,
    choice: Choice,
    *,
    states: dict[str, str],
) -> tuple[Segment, ...]:
    """Describe the current schema: its migrations, tables, columns and counters.

    Args:
        cursor: a cursor of the schema.
        choice: which tables are wanted.
        states: what the registry says of each module that is installed.
    """
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
    migrations: dict[str, list[tuple[str, str]]] = {KERNEL: []}
    for app, name in cursor.fetchall():
        migrations.setdefault(segment_of_app(app), []).append((app, name))
    tables: dict[str, list[Table]] = {}
    for table in _tables(cursor, choice):
        tables.setdefault(segment_of_table(table.name), []).append(table)
    return tuple(
        Segment(
            segment=segment,
            version=manifests()[segment].version if segment in manifests() else version("stoa"),
            migrations=tuple(applied),
            tables=tuple(tables.get(segment, ())),
            state=states.get(segment, ""),
        )
        for segment, applied in migrations.items()
        if choice.module in {None, segment}
    )


def _tables(cursor: CursorWrapper, choice: Choice) -> Iterator[Table]:
    cursor.execute(_COLUMNS)
    columns: dict[str, list[tuple[str, str]]] = {}
    for table, column, identity in cursor.fetchall():
        columns.setdefault(table, []).append((column, identity))
    for table, found in columns.items():
        if table == BOOKKEEPING or choice.module not in {None, segment_of_table(table)}:
            continue
        left_out = not choice.everything and stays_behind(table)
        counters = [] if left_out else [c for c, identity in found if identity.strip()]
        yield Table(
            name=table,
            columns=tuple(name for name, _identity in found),
            sequences=tuple(_read_counter(cursor, table, column) for column in counters),
            left_out=left_out,
        )


def _read_counter(cursor: CursorWrapper, table: str, column: str) -> Counter:
    cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table}"', column])
    cursor.execute(f"SELECT last_value, is_called FROM {cursor.fetchone()[0]}")  # noqa: S608
    last_value, is_called = cursor.fetchone()
    return Counter(column, last_value, is_called)


def copy_out(cursor: CursorWrapper, table: Table, *, emit: Callable[[bytes], None]) -> TableSum:
    """Hand out a table in PostgreSQL's text form, in pieces that end with a whole row."""
    digest = hashlib.sha256()
    rows = size = 0
    piece = bytearray()
    with cursor.copy(_statement(table, "TO STDOUT")) as copy:
        for row in copy:
            piece += row
            rows += 1
            if len(piece) >= PIECE_BYTES:
                digest.update(piece)
                size += len(piece)
                emit(bytes(piece))
                piece.clear()
    if piece:
        digest.update(piece)
        size += len(piece)
        emit(bytes(piece))
    return TableSum(rows, size, digest.hexdigest())


def copy_in(cursor: CursorWrapper, table: Table, pieces: Iterable[bytes]) -> int:
    """Fill an empty table; return how many rows it has then."""
    # A migration may have put rows there that the archive holds as well.
    cursor.execute(f'DELETE FROM "{table.name}"')  # noqa: S608  names of our own tables
    with cursor.copy(_statement(table, "FROM STDIN")) as copy:
        for piece in pieces:
            copy.write(piece)
    return int(cursor.rowcount)


def set_counters(cursor: CursorWrapper, table: Table) -> None:
    """Let identity columns go on counting where they stood."""
    for counter in table.sequences:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence(%s, %s), %s, %s)",
            [f'"{table.name}"', counter.column, counter.last_value, counter.is_called],
        )


def _statement(table: Table, direction: str) -> sql.Composed:
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    return sql.SQL("COPY {} ({}) {}").format(
        sql.Identifier(table.name), columns, sql.SQL(direction)
    )


def columns_here(cursor: CursorWrapper) -> dict[str, set[str]]:
    """Return the columns of each table of the current schema that can be written."""
    cursor.execute(_COLUMNS)
    found: dict[str, set[str]] = {}
    for table, column, _identity in cursor.fetchall():
        found.setdefault(table, set()).add(column)
    return found


def tables_of(segments: Sequence[Segment]) -> Iterator[tuple[Segment, Table]]:
    """Yield every table with its segment."""
    for segment in segments:
        for table in segment.tables:
            yield segment, table
