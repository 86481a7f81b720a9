"""Steps of our side, each run in a process of its own with our settings."""

from __future__ import annotations

import http.client
import json
import os
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count, cycle
from statistics import median
from time import perf_counter
from typing import Any

from django.conf import settings
from django.db import connection

from infra.bench.child import say
from infra.bench.machine import PREFIX
from infra.bench.ours.memory import backend_megabytes
from infra.bench.sample import MODULE, NOBODY
from infra.bench.wire import BLOCKS, TRACED, counted, timed
from kernel.access.services import hash_password
from kernel.audit.actor import Actor
from kernel.tenancy.context import TenantRef, maintenance_context, public_context, tenant_context
from tenants.choices import DomainKind
from tenants.ddl.packs import build_all, migrate_forwards, pack_for
from tenants.ddl.prepare import prepare
from tenants.ddl.public import migrate_public
from tenants.ddl.segments import KERNEL, migrations_of
from tenants.directory import read_tenant
from tenants.fleet.plan import make_plan
from tenants.fleet.runner import Choices, run
from tenants.models import Tenant
from tenants.services import pool
from tenants.services.grants import give
from tenants.services.lifecycle import Opening, open_tenant
from tenants.services.modules import enable
from testkit.packs import kept_packs

ACTOR = Actor.system("bench")
_numbers = count()


def install() -> dict[str, Any]:
    """Prepare the installation; return how large the kernel's pack is."""
    say("installation", 0, 1)
    prepare(
        os.environ["STOA_BENCH_ADMIN_URL"],
        prefix=PREFIX,
        database=PREFIX,
        passwords=json.loads(os.environ["STOA_BENCH_PASSWORDS"]),
    )
    migrate_public()
    say("packs", 0, 1)
    started = perf_counter()
    with kept_packs():
        build_all()
    pack = pack_for(KERNEL)
    return {
        "seconds": perf_counter() - started,
        "statements": len(pack.statements),
        "tables": len(pack.tables),
        "migrations": len(pack.migrations),
    }


def _opening(password_hash: str) -> Opening:
    label = f"shop-{os.getpid()}-{next(_numbers)}"
    return Opening(
        name=label,
        hosts={DomainKind.STORE: f"{label}.localhost", DomainKind.CONSOLE: f"my.{label}.localhost"},
        owner_email="owner@example.com",
        owner_password_hash=password_hash,
    )


def fill(to: int) -> int:
    """Open tenants, two at a time, until there are so many; return how many there are."""
    password_hash = hash_password("a quiet harbour at dawn")
    with public_context():
        there = Tenant.objects.count()
    done = count(there + 1)

    def one(_number: int) -> None:
        open_tenant(_opening(password_hash), actor=ACTOR, may_make_schema=True)
        say("filling our database", next(done), to)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(one, range(to - there)))
        list(threads.map(lambda _n: connection.close(), range(2)))
    return max(there, to)


def provision(times: int) -> list[float]:
    """Make schemas ready for a tenant, as stock's `save` does; return the seconds of each.

    With its role, tables, records, privileges and a row that says so; whose it
    becomes is part of signing up.
    """
    seconds = []
    for number in range(times):
        ready = pool.ready_count()
        started = perf_counter()
        pool.refill(ready + 1)
        seconds.append(perf_counter() - started)
        say("provisioning", number + 1, times)
    return seconds


def sign_up(times: int, port: int) -> list[float]:
    """Open tenants from ready schemas; return the seconds until each one's storefront answers."""
    password_hash = hash_password("a quiet harbour at dawn")
    pool.refill(times + 1, progress=lambda done, total: say("ready schemas", done, total))
    # The first request of a process loads templates and opens its connection.
    _sign_up(password_hash, port)
    seconds = []
    for number in range(times):
        seconds.append(_sign_up(password_hash, port))
        say("signing up", number + 1, times)
    return seconds


def _sign_up(password_hash: str, port: int) -> float:
    opening = _opening(password_hash)
    host = opening.hosts[DomainKind.STORE]
    started = perf_counter()
    open_tenant(opening, actor=ACTOR, may_make_schema=False)
    while (status := _status(host, port)) != 200:  # noqa: PLR2004  the one that shows a page
        if perf_counter() - started > 30:  # noqa: PLR2004  seconds; something is broken
            raise RuntimeError(f"the storefront answers {status}")
    return perf_counter() - started


def _status(host: str, port: int) -> int:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        client.request("GET", "/bench/answer/", headers={"Host": host})
        answer = client.getresponse()
        answer.read()
        return answer.status
    finally:
        client.close()


def migrate() -> dict[str, Any]:
    """Bring the fleet to the next release; return the seconds of building and of the run."""
    say("building the pack", 0, 1)
    started = perf_counter()
    make_plan()
    built = perf_counter()
    done = run(
        Choices(connections=4, refill_pool=False),
        watch=lambda state: say("migrating", state.done, state.total),
    )
    ended = perf_counter()
    tenants = sum(ring["done"] for ring in done.report["rings"])
    return {
        "state": done.state,
        "tenants": tenants,
        "build_seconds": built - started,
        "run_seconds": ended - built,
    }


def _refs(most: int | None = None) -> list[TenantRef]:
    with public_context():
        ids = list(Tenant.objects.order_by("created_at").values_list("id", flat=True)[:most])
    return [read_tenant(tenant_id)[0] for tenant_id in ids]


def switch(rounds: int) -> dict[str, float]:
    """Query two tenants in turn; return what activation adds to a query."""
    first, second = _refs(2)
    _query_as(first)
    _query_as(second)
    turns = cycle((first, second))
    each = max(1, rounds // BLOCKS)
    added = []
    # In turns: the machine's speed changes while this runs.
    for _ in range(BLOCKS):
        switch_seconds = timed(lambda: _query_as(next(turns)), each)
        with tenant_context(first):
            stay = timed(_query, each)
        added.append(switch_seconds - stay)
    with counted(connection.connection) as sent:
        for number in range(TRACED):
            _query_as(second if number % 2 else first)
    with counted(connection.connection) as sent_for_20:
        for number in range(TRACED):
            with tenant_context(second if number % 2 else first):
                for _ in range(20):
                    _query()
    with counted(connection.connection) as sent_without:
        for number in range(TRACED):
            with tenant_context(second if number % 2 else first):
                pass
    return {
        "round_trips": sent() / TRACED - 1,
        "round_trips_of_20": sent_for_20() / TRACED - 20,
        "round_trips_without_query": sent_without() / TRACED,
        "microseconds": max(0.0, median(added) * 1e6),
    }


def _query() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM shop_catalogue_product WHERE id = %s", [NOBODY])
        cursor.fetchall()


def _query_as(tenant: TenantRef) -> None:
    with tenant_context(tenant):
        _query()


def enable_module(times: int) -> list[float]:
    """Switch a module on in randomly chosen tenants; return the seconds of each."""
    chosen = random.Random(1).sample(_refs(), times + 1)  # noqa: S311  the same ones in each run
    pack_for(MODULE)
    seconds = []
    for number, tenant in enumerate(chosen):
        give(tenant.id, MODULE, source_type="bench", source_id=MODULE, actor=ACTOR)
        started = perf_counter()
        enable(tenant.id, MODULE, actor=ACTOR)
        # The first one reads the migrations' files; a worker has done that long ago.
        if number:
            seconds.append(perf_counter() - started)
        say("switching the module on", number, times)
    return seconds


def enable_by_django(times: int) -> list[float]:
    """Make the module's tables with Django's executor; return the seconds of each."""
    seconds = []
    for number, tenant in enumerate(_refs()[-times:]):
        started = perf_counter()
        with maintenance_context(tenant.schema):
            migrate_forwards(connection, migrations_of(MODULE))  # type: ignore[arg-type]
        seconds.append(perf_counter() - started)
        say("the same with Django's executor", number + 1, times)
    return seconds


# As many queries as a page of a shop runs, over as many tables.
_VISIT = tuple(
    f"SELECT * FROM {table} WHERE id = '{NOBODY}'"  # noqa: S608  names of the sample
    for table in (
        *("shop_catalogue_product", "shop_catalogue_variant", "shop_catalogue_category"),
        *("shop_catalogue_brand", "shop_stock_item", "shop_people_person", "shop_people_level"),
        *("shop_cart_cart", "shop_cart_line", "shop_offers_offer", "shop_content_page"),
        *("shop_content_block", "shop_orders_order"),
    )
    if "_".join(table.split("_")[:2]) in settings.MIGRATION_MODULES
)


def visit_tenants(limit: int, server_pid: int) -> dict[str, float]:
    """Visit every tenant with one worker's connection; return the most memory it took.

    Args:
        limit: schemas after which the connection is replaced.
        server_pid: the main process of the server, whose children are looked at.
    """
    connection.settings_dict["OPTIONS"]["tenants_per_connection"] = limit
    tenants = _refs()
    python_before = _own_megabytes()
    most = 0.0
    for number, tenant in enumerate(tenants, start=1):
        with tenant_context(tenant), connection.cursor() as cursor:
            for text in _VISIT:
                cursor.execute(text)
        if number % 10 == 0 or number == len(tenants):
            with _measured() as pid:
                most = max(most, backend_megabytes(pid, server_pid=server_pid))
            say(f"visiting, {limit} to a connection", number, len(tenants))
    return {"server": most, "python": _own_megabytes() - python_before, "tenants": len(tenants)}


@contextmanager
def _measured() -> Iterator[int]:
    """Yield the server process of this connection; asking it visits no further schema."""
    yield int(connection.connection.info.backend_pid)


def _own_megabytes() -> float:
    import psutil

    return float(psutil.Process().memory_info().rss / 1024**2)
