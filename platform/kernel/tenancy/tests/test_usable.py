"""A connection that was good a moment ago is looked at, not asked; one that is gone is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from select import POLLIN, poll
from typing import Any

import pytest
from django.db import NotSupportedError, connection, connections

HANGS_UP_WITHIN_MS = 10_000


@pytest.fixture
def other(db: None) -> Iterator[Any]:
    """Another connection of this process."""
    made = connections.create_connection("default")
    made.connect()
    yield made
    made.close()


def pid_of(other: Any) -> int:
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_a_connection_that_answered_is_trusted_for_some_seconds(other: Any) -> None:
    assert other.is_usable()
    pid = pid_of(other)

    assert other.is_usable()

    with connection.cursor() as cursor:
        cursor.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [pid])
        [last] = cursor.fetchone()
    assert last == "SELECT pg_backend_pid()"


@pytest.mark.parametrize("in_transaction", [False, True])
def test_a_plan_that_a_release_made_void_is_made_anew(other: Any, in_transaction: bool) -> None:
    def ask() -> object:
        with other.preparing(), other.cursor() as cursor:
            cursor.execute("SELECT title FROM goods WHERE title <> %s", ["x"])
            return cursor.fetchone()

    with other.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE goods (title varchar(10))")
        cursor.execute("INSERT INTO goods VALUES ('tea')")
    for _time in range(4):
        assert ask() == ("tea",)
    # Past psycopg, which would note what it sends itself.
    other.connection.pgconn.exec_(b"ALTER TABLE goods ALTER title TYPE varchar(20)")
    if in_transaction:
        other.set_autocommit(False)
        with pytest.raises(NotSupportedError):
            ask()
        other.rollback()
        other.set_autocommit(True)

    assert [ask(), ask(), ask(), ask()] == [("tea",)] * 4


def test_a_server_that_hung_up_is_noticed_at_once(other: Any) -> None:
    assert other.is_usable()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid_of(other)])
    waiting = poll()
    waiting.register(other.connection.fileno(), POLLIN)
    assert waiting.poll(HANGS_UP_WITHIN_MS)

    assert not other.is_usable()
