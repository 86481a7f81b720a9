"""Steps of the stock project, each run in a process of its own with its settings."""

from __future__ import annotations

import os
from itertools import count, cycle
from statistics import median
from time import perf_counter

from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from django_tenants.utils import schema_context

from infra.bench.child import say
from infra.bench.sample import NOBODY
from infra.bench.stock.models import Client
from infra.bench.wire import BLOCKS, TRACED, counted, timed
from tenants.ddl.catalog import tables_of_schema
from tenants.ddl.dump import dump

FIRST = "stock_first"
_numbers = count()


def install() -> None:
    """Make the shared schema, and one tenant as its documentation says."""
    say("stock project", 0, 2)
    call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)
    say("stock project", 1, 2)
    Client(schema_name=FIRST, name=FIRST).save(verbosity=0)


def fill(to: int) -> int:
    """Copy the first tenant's tables until there are so many tenants.

    By a dump: the stock way would take hours, and what is measured afterwards
    is the stock way in a database of this size.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SET search_path TO {FIRST}")
        statements = dump(cursor, tables_of_schema(cursor))
    records = [
        f"INSERT INTO {table} SELECT * FROM {FIRST}.{table};"  # noqa: S608  constants
        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 10000)"
        for table in ("django_migrations", "django_content_type", "auth_permission")
    ]
    there = Client.objects.count()
    for number in range(there, to):
        schema = f"stock_{number}"
        client = Client(schema_name=schema, name=schema)
        client.auto_create_schema = False
        client.save()
        with connection.cursor() as cursor:
            cursor.execute(
                ";\n".join(
                    [
                        "BEGIN",
                        f"CREATE SCHEMA {schema}",
                        f"SET LOCAL search_path TO {schema}",
                        *statements,
                        *records,
                        "COMMIT",
                    ]
                )
            )
        say("filling the stock database", number + 1, to)
    return max(there, to)


def create(times: int) -> list[float]:
    """Create tenants: `CREATE SCHEMA` and all migrations; return the seconds of each."""
    seconds: list[float] = []
    for _ in range(times):
        say("stock: creating a tenant", len(seconds), times)
        name = f"stock_new_{os.getpid()}_{next(_numbers)}"
        started = perf_counter()
        Client(schema_name=name, name=name).save(verbosity=0)
        seconds.append(perf_counter() - started)
    return seconds


def migrate(times: int) -> list[float]:
    """Apply one pending migration to some tenants; return the seconds of each."""
    schemas = list(Client.objects.order_by("-pk").values_list("schema_name", flat=True)[:times])
    seconds: list[float] = []
    for schema in schemas:
        say("stock: migrating a tenant", len(seconds), times)
        started = perf_counter()
        call_command("migrate_schemas", schema_name=schema, interactive=False, verbosity=0)
        seconds.append(perf_counter() - started)
    return seconds


def switch(rounds: int) -> dict[str, float]:
    """Query two tenants in turn; return what activation adds to a query."""
    first, second = (client.schema_name for client in Client.objects.order_by("pk")[:2])
    _query_as(first)
    _query_as(second)
    turns = cycle((first, second))
    each = max(1, rounds // BLOCKS)
    added = []
    # In turns: the machine's speed changes while this runs.
    for _ in range(BLOCKS):
        switch_seconds = timed(lambda: _query_as(next(turns)), each)
        with override_settings(TENANT_LIMIT_SET_CALLS=True), schema_context(first):
            stay = timed(_query, each)
        added.append(switch_seconds - stay)
    with counted(connection.connection) as sent:
        for number in range(TRACED):
            _query_as(second if number % 2 else first)
    with counted(connection.connection) as sent_for_20:
        for number in range(TRACED):
            with schema_context(second if number % 2 else first):
                for _ in range(20):
                    _query()
    return {
        "round_trips": sent() / TRACED - 1,
        "round_trips_of_20": sent_for_20() / TRACED - 20,
        "microseconds": max(0.0, median(added) * 1e6),
    }


def _query() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM shop_catalogue_product WHERE id = %s", [NOBODY])
        cursor.fetchall()


def _query_as(schema: str) -> None:
    with schema_context(schema):
        _query()
