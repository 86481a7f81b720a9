"""One PostgreSQL and one Redis for a whole test run, shared by all its workers.

A pytest plugin (`-p testkit.services`). The controller starts both before any
settings are read and passes their addresses on in the environment, which the
workers of pytest-xdist inherit:

    STOA_TEST_DATABASE_ADMIN_URL  a superuser of the PostgreSQL server
    STOA_TEST_RUN                 a few letters that tell this run from any other
    STOA_TEST_HOME                a folder that is deleted when the run ends
    STOA_TEST_REDIS_URL           database 0 of the Redis server; a worker's keys have its prefix
    STOA_TEST_PACKS               where compiled packs are kept for the whole run
    STOA_TEST_THROWN_AWAY         set when the PostgreSQL server ends with the run

Set beforehand, they point the run at servers of your own.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from typing import TYPE_CHECKING

import pytest

from testkit.servers import postgres, redis
from testkit.servers.errors import ServerRefused
from testkit.servers.guard import Guard
from testkit.servers.ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

DATABASE_VARIABLE = "STOA_TEST_DATABASE_ADMIN_URL"
REDIS_VARIABLE = "STOA_TEST_REDIS_URL"
HOME_VARIABLE = "STOA_TEST_HOME"
PACKS_VARIABLE = "STOA_TEST_PACKS"
THROWN_AWAY_VARIABLE = "STOA_TEST_THROWN_AWAY"

# Where the caller forbids bytecode, each process that a test starts would
# compile the whole of Django anew, five seconds of it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

_running = contextlib.ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Start the servers before pytest-django reads the settings that name them."""
    options = early_config.known_args_namespace
    asks_only = any(getattr(options, name, False) for name in ("help", "version"))
    if not asks_only and "PYTEST_XDIST_WORKER" not in os.environ:
        # On a server of your own two runs would otherwise share roles, which have no database.
        os.environ.setdefault("STOA_TEST_RUN", secrets.token_hex(3))
        try:
            _running.enter_context(test_servers())
        except ServerRefused as refusal:
            raise pytest.UsageError(str(refusal)) from refusal
    return (yield)


def pytest_unconfigure() -> None:
    """Stop them; a guard does the same if this process is killed."""
    _running.close()


@contextlib.contextmanager
def test_servers() -> Iterator[None]:
    """Run the servers that the environment does not name already."""
    with contextlib.ExitStack() as stack:
        home = postgres.disposable_home()
        os.environ[HOME_VARIABLE] = str(home)
        guard = Guard(remove=[home])
        stack.callback(guard.close)
        _start_missing(home, guard, stack)
        yield


test_servers.__test__ = False  # type: ignore[attr-defined]


def _start_missing(home: Path, guard: Guard, stack: contextlib.ExitStack) -> None:
    wanted = [name for name in (DATABASE_VARIABLE, REDIS_VARIABLE) if not os.environ.get(name)]
    if DATABASE_VARIABLE not in wanted:
        postgres.check_server(os.environ[DATABASE_VARIABLE])
    if REDIS_VARIABLE not in wanted:
        redis.check_server(os.environ[REDIS_VARIABLE])
    database_port, redis_port = free_ports(2)
    if DATABASE_VARIABLE in wanted:
        os.environ[DATABASE_VARIABLE] = _start_postgres(home, database_port, guard, stack)
        os.environ[THROWN_AWAY_VARIABLE] = "1"
    if REDIS_VARIABLE in wanted:
        os.environ[REDIS_VARIABLE] = _start_redis(home, redis_port, guard, stack)
    if PACKS_VARIABLE not in os.environ:
        wanted.append(PACKS_VARIABLE)
        os.environ[PACKS_VARIABLE] = str(home / "packs")
    stack.callback(_forget, [*wanted, HOME_VARIABLE, THROWN_AWAY_VARIABLE])


def _start_postgres(home: Path, port: int, guard: Guard, stack: contextlib.ExitStack) -> str:
    server = postgres.start(
        home=home,
        port=port,
        password=secrets.token_hex(16),
        guard=guard,
        log=home / "postgres.log",
        durable=False,
    )
    stack.callback(server.child.stop)
    return server.url()


def _start_redis(home: Path, port: int, guard: Guard, stack: contextlib.ExitStack) -> str:
    server = redis.start(
        home=home / "redis",
        port=port,
        password=secrets.token_hex(16),
        guard=guard,
        log=home / "redis.log",
        durable=False,
    )
    stack.callback(server.child.stop)
    return server.url()


def _forget(names: list[str]) -> None:
    for name in names:
        os.environ.pop(name, None)
