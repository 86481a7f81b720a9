"""Tenants stay apart over pooled connections; a pooler that cannot keep them so is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import psycopg
import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.db import connections
from django.test import override_settings

from kernel.tenancy.context import TenantRef
from kernel.tenancy.pooler import Pooler, UnsafePooler, ask, faults, refuse_unsafe_pooler
from testkit.database import login_url
from testkit.servers import pgbouncer
from testkit.servers.account import reachable_home, server_account
from testkit.servers.guard import Guard
from testkit.servers.ports import LOOPBACK, free_ports
from testkit.servers.postgres import disposable_home
from testkit.tenants import open_test_tenant
from tests.isolation.poolers import READS, Crowd, connected, plant

CACHE = Path(__file__).resolve().parents[2] / ".stoa" / "debian"
TWO = {"default_pool_size": "2"}
TRACKED = {"track_extra_parameters": "search_path"}
Start = Callable[..., pgbouncer.PgBouncerServer]


@pytest.fixture
def pair(committing: None) -> tuple[TenantRef, TenantRef]:
    tenants = (open_test_tenant(), open_test_tenant())
    plant(tenants)
    connections["default"].close()
    return tenants


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a pooler in front of the test server; it ends with the test."""
    home = reachable_home(disposable_home(), server_account())
    guard = Guard(remove=[home])
    running = []

    def begin(program: pgbouncer.Program, **extra: str) -> pgbouncer.PgBouncerServer:
        url = psycopg.conninfo.conninfo_to_dict(login_url("store"))
        pooler = pgbouncer.start(
            program,
            home=home,
            port=free_ports(1)[0],
            server=(str(url["host"]), int(str(url["port"]))),
            users={str(url["user"]): str(url["password"])},
            guard=guard,
            log=home / "pgbouncer.log",
            settings=TWO | extra,
        )
        running.append(pooler)
        return pooler

    yield begin
    for pooler in running:
        pooler.child.stop()
    guard.close()


def as_store() -> dict[str, object]:
    url = psycopg.conninfo.conninfo_to_dict(login_url("store"))
    return {"USER": url["user"], "PASSWORD": url["password"], "CONN_MAX_AGE": None}


def through(pooler: pgbouncer.PgBouncerServer) -> dict[str, object]:
    return {
        **as_store(),
        "HOST": LOOPBACK,
        "PORT": str(pooler.port),
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


def test_no_wrong_row_on_plain_connections(pair: tuple[TenantRef, TenantRef]) -> None:
    with connected(as_store(), {}):
        assert Crowd(pair, keep_connection=True).run() == {"right": READS}


def test_no_wrong_row_on_the_drivers_pool_of_two(pair: tuple[TenantRef, TenantRef]) -> None:
    changes = {**as_store(), "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False}
    with connected(changes, {"pool": {"min_size": 2, "max_size": 2}}):
        assert Crowd(pair, keep_connection=False).run() == {"right": READS}


def test_no_wrong_row_through_pgbouncer(pair: tuple[TenantRef, TenantRef], start: Start) -> None:
    pooler = start(pgbouncer.current(CACHE), **TRACKED)

    with connected(through(pooler), {"activation": "transaction"}):
        assert Crowd(pair, keep_connection=True).run() == {"right": READS}


def test_no_wrong_row_while_server_sessions_end_under_pgbouncer(
    pair: tuple[TenantRef, TenantRef], start: Start
) -> None:
    pooler = start(pgbouncer.current(CACHE), **TRACKED)
    crowd = Crowd(pair, keep_connection=True)

    with (
        connected(through(pooler), {"activation": "transaction"}),
        psycopg.connect(settings.STOA_TEST_DATABASE_ADMIN_URL, autocommit=True) as admin,
        _Killer(admin, crowd),
    ):
        seen = crowd.run()

    assert seen["wrong"] == 0
    assert seen["right"] > READS // 2
    assert seen["error"] > 0


class _Killer:
    """Ends the pooler's server sessions once the crowd is half-way."""

    def __init__(self, admin: psycopg.Connection[tuple[object, ...]], crowd: Crowd) -> None:
        self._thread = Thread(target=self._kill, args=(admin, crowd))

    @staticmethod
    def _kill(admin: psycopg.Connection[tuple[object, ...]], crowd: Crowd) -> None:
        crowd.half_way.wait(300)
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s"
            " AND datname = %s",
            [as_store()["USER"], settings.DATABASES["default"]["NAME"]],
        )

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._thread.join()


def test_the_measure_sees_wrong_rows_where_there_are_some(
    pair: tuple[TenantRef, TenantRef], start: Start
) -> None:
    """Settings kept on the session, as stock backends do, under the pooler that loses them."""
    pooler = start(pgbouncer.outdated(CACHE))

    with connected(through(pooler), {"activation": "session"}):
        seen = Crowd(pair, keep_connection=True).run()

    assert seen["wrong"] + seen["error"] > READS // 10


def test_debians_old_pgbouncer_is_refused(start: Start, committing: None) -> None:
    pooler = start(pgbouncer.outdated(CACHE))

    with (
        connected({}, {"activation": "transaction"}),
        override_settings(STOA_PGBOUNCER_ADMIN_URL=pooler.admin_url()),
    ):
        with pytest.raises(UnsafePooler, match=r"1\.18.* is older than 1\.25"):
            refuse_unsafe_pooler()
        found = run_checks(tags=["tenancy"], databases=["default"])

    assert [message.id for message in found] == ["tenancy.E001", "tenancy.E001"]


def test_a_pgbouncer_that_does_not_follow_the_search_path_is_refused(start: Start) -> None:
    asked = ask(start(pgbouncer.current(CACHE)).admin_url())

    assert [text.partition(";")[0] for text in faults(asked)] == [
        "PgBouncer does not follow search_path"
    ]


def test_a_right_pgbouncer_is_accepted(start: Start, committing: None) -> None:
    pooler = start(pgbouncer.current(CACHE), **TRACKED)

    with (
        connected({}, {"activation": "transaction"}),
        override_settings(STOA_PGBOUNCER_ADMIN_URL=pooler.admin_url()),
    ):
        refuse_unsafe_pooler()


def test_a_pooler_whose_version_cannot_be_asked_is_refused(committing: None) -> None:
    with (
        connected({}, {"activation": "transaction"}),
        pytest.raises(UnsafePooler, match="STOA_PGBOUNCER_ADMIN_URL"),
    ):
        refuse_unsafe_pooler()


def test_a_server_that_does_not_report_the_search_path_is_refused() -> None:
    pooler = Pooler((1, 25, 1), "transaction", frozenset({"search_path"}), server=17)

    assert faults(pooler) == ["PostgreSQL 17 does not report search_path; 18 or newer does"]


def test_without_a_pooler_nothing_is_asked(committing: None) -> None:
    refuse_unsafe_pooler()
