"""Makes and drops schemas by replaying packs.

Everything here runs as the owner, inside the caller's transaction: after a
crash the schema is complete or absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from kernel.tenancy.append_only import append_only_tables
from kernel.tenancy.context import maintenance_context, public_context
from tenants.ddl.names import checked_schema, tenant_role, tenants_group
from tenants.models import DdlPack

# Planning parallel builds of empty indexes costs 3 % of a new schema's time.
_ALONE = "SET LOCAL max_parallel_maintenance_workers = 0"
# While DDL waits for a table, writes to it queue up behind: wait little, try again.
_LOCK_TIMEOUT = "SET LOCAL lock_timeout = '500ms'"


def create_schema(schema: str, pack: DdlPack) -> str:
    """Create a schema with its role and the kernel's tables; return the role.

    One message to the server: the statements of the pack are not interleaved
    with waiting for answers.
    """
    role = tenant_role(checked_schema(schema))
    statements = [
        f'CREATE ROLE "{role}" NOLOGIN',
        f'GRANT "{role}" TO "{tenants_group()}" WITH INHERIT FALSE, SET TRUE',
        f"CREATE SCHEMA {schema}",
        f"SET LOCAL search_path TO {schema}, pg_temp",
        _ALONE,
        *pack.statements,
        record_statement(pack.migrations),
        f'GRANT USAGE ON SCHEMA {schema} TO "{role}"',
        *grant_statements(pack.tables, role),
    ]
    _send(statements)
    return role


def add_segment(schema: str, pack: DdlPack) -> None:
    """Bring one segment of an existing schema to the pack's target."""
    role = tenant_role(checked_schema(schema))
    statements = [
        _LOCK_TIMEOUT,
        f"SET LOCAL search_path TO {schema}, pg_temp",
        *pack.statements,
        record_statement(pack.migrations),
        *grant_statements(pack.tables, role),
    ]
    _send([statement for statement in statements if statement])


def drop_segment(schema: str, tables: Sequence[str], label: str) -> None:
    """Drop a module's tables and forget its migrations. Never cascades into others' tables."""
    names = ", ".join(f'"{table}"' for table in tables)
    statements = [
        _LOCK_TIMEOUT,
        f"SET LOCAL search_path TO {checked_schema(schema)}, pg_temp",
        f"DROP TABLE IF EXISTS {names}" if names else "",
        f"DELETE FROM django_migrations WHERE app = '{label}'",
    ]
    _send([statement for statement in statements if statement])


def drop_schema(schema: str) -> None:
    """Drop a schema with all that is in it, and its role. Nothing happens when it is gone."""
    role = tenant_role(checked_schema(schema))
    with public_context(), connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone():
            cursor.execute(f'DROP ROLE "{role}"')


def schema_exists(schema: str) -> bool:
    """Tell whether a schema is there."""
    with public_context(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema])
        return cursor.fetchone() is not None


def applied_migrations(schema: str) -> list[tuple[str, str]]:
    """Return what a schema says was applied to it, in order."""
    with maintenance_context(checked_schema(schema)), connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        return [(app, name) for app, name in cursor.fetchall()]


def _send(statements: Iterable[str]) -> None:
    with public_context(), connection.cursor() as cursor:
        cursor.execute(";\n".join(statements))


def record_statement(migrations: Iterable[Sequence[str]]) -> str:
    """Return SQL that writes migrations down as applied; empty for none."""
    rows = ", ".join(f"('{app}', '{name}', now())" for app, name in migrations)
    return f"INSERT INTO django_migrations (app, name, applied) VALUES {rows}" if rows else ""


def grant_statements(tables: Sequence[str], role: str) -> list[str]:
    """Rows may be read and written; definitions, histories and migrations may not."""
    changeable = [t for t in tables if t != "django_migrations" and t not in append_only_tables()]
    fixed = [t for t in tables if t in append_only_tables()]
    found = []
    if changeable:
        names = ", ".join(f'"{t}"' for t in changeable)
        found.append(f'GRANT SELECT, INSERT, UPDATE, DELETE ON {names} TO "{role}"')
    if fixed:
        names = ", ".join(f'"{t}"' for t in fixed)
        found.append(f'GRANT SELECT, INSERT ON {names} TO "{role}"')
    if "django_migrations" in tables:
        found.append(f'GRANT SELECT ON django_migrations TO "{role}"')
    return found
