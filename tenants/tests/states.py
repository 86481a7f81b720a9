"""What tests compare: a schema's rows, and its definition."""

from __future__ import annotations

import hashlib

from django.core.files.storage import default_storage
from django.db import connection

from kernel.tenancy.context import TenantRef, maintenance_context, tenant_context
from kernel.tenancy.storage import walk
from tenants.ddl.catalog import digest, read_catalog, tables_of_schema


def rows_of(schema: str, *, without: tuple[str, ...] = ("django_migrations",)) -> dict[str, str]:
    """Return a digest of the rows of each table; the order of rows does not matter."""
    with maintenance_context(schema), connection.cursor() as cursor:
        tables = [t for t in tables_of_schema(cursor) if not t.startswith(without)]
        found = {}
        for table in tables:
            cursor.execute(
                f"SELECT count(*) || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '')"
                f' FROM "{table}" t'
            )
            found[table] = cursor.fetchone()[0]
        return found


def definition_of(schema: str) -> str:
    """Return a digest of the catalog."""
    with maintenance_context(schema), connection.cursor() as cursor:
        return digest(read_catalog(cursor, tables_of_schema(cursor)))


def counters_of(schema: str) -> dict[str, tuple[int, bool]]:
    """Return where each sequence stands."""
    with maintenance_context(schema), connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'S'"
            " AND relnamespace = current_schema()::regnamespace ORDER BY 1"
        )
        names = [row[0] for row in cursor.fetchall()]
        found = {}
        for name in names:
            cursor.execute(f'SELECT last_value, is_called FROM "{name}"')
            found[name] = cursor.fetchone()
        return found


def files_of(tenant: TenantRef) -> dict[str, str]:
    """Return a digest of each file."""
    with tenant_context(tenant):
        found = {}
        for name in walk(default_storage):
            with default_storage.open(name) as file:
                found[name] = hashlib.sha256(file.read()).hexdigest()
        return found
