from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

import psycopg
import pytest

from testkit.servers import postgres, redis
from testkit.servers.errors import ServerRefused
from testkit.servers.guard import Guard
from testkit.servers.ports import Claims, free_ports, is_free


def test_the_run_has_a_postgresql_of_at_least_the_floor() -> None:
    assert postgres.check_server(os.environ["STOA_TEST_DATABASE_ADMIN_URL"]) >= postgres.FLOOR


def test_the_run_has_a_redis() -> None:
    assert redis.check_server(os.environ["STOA_TEST_REDIS_URL"])


def test_a_server_that_does_not_answer_is_refused_with_the_reason() -> None:
    [port] = free_ports(1)

    with pytest.raises(ServerRefused, match="does not answer"):
        postgres.check_server(postgres.server_url(port=port, password="none"))
    with pytest.raises(ServerRefused, match="does not answer"):
        redis.check_server(redis.server_url(port=port, password="none"))


def test_a_cluster_keeps_its_data_and_asks_for_the_password(tmp_path: Path) -> None:
    home = postgres.disposable_home()
    guard = Guard(remove=[home])
    try:
        for _ in range(2):
            [port] = free_ports(1)
            server = postgres.start(
                home=home,
                port=port,
                password="right",
                guard=guard,
                log=tmp_path / "postgres.log",
                durable=False,
            )
            with psycopg.connect(server.url(), autocommit=True) as connection:
                connection.execute("CREATE TABLE IF NOT EXISTS kept (id int)")
                connection.execute("INSERT INTO kept VALUES (1)")
                count = connection.execute("SELECT count(*) FROM kept").fetchone()
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(postgres.server_url(port=port, password="wrong"))
            assert server.child.stop()
    finally:
        guard.close()

    assert count == (2,)
    assert not home.exists()


def test_a_cluster_of_another_version_is_refused(tmp_path: Path) -> None:
    home = postgres.disposable_home()
    (home / "data").mkdir()
    (home / "data" / "PG_VERSION").write_text("17\n", encoding="ascii")
    guard = Guard(remove=[home])
    try:
        with pytest.raises(ServerRefused, match="written by PostgreSQL 17"):
            postgres.start(
                home=home,
                port=free_ports(1)[0],
                password="any",
                guard=guard,
                log=tmp_path / "postgres.log",
                durable=False,
            )
    finally:
        guard.close()


def test_a_taken_port_is_passed_over() -> None:
    claims = Claims()
    with socket.socket() as listener, contextlib.closing(claims):
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = listener.getsockname()[1]

        found = claims.first_free(taken)

        assert found != taken
        assert is_free(found)


def test_two_programs_that_start_together_choose_different_ports() -> None:
    [wanted] = free_ports(1)
    with contextlib.closing(Claims()) as ours, contextlib.closing(Claims()) as theirs:
        assert ours.first_free(wanted) == wanted
        assert theirs.first_free(wanted) != wanted
