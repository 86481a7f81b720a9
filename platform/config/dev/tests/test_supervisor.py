from __future__ import annotations

import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config.dev.supervisor import Interrupted, Program, Supervisor, machine_environment
from testkit.servers.errors import ServerRefused
from testkit.servers.guard import Guard

FAITHFUL = "import signal; print('ready', flush=True); signal.pause()"
FAILS = "import sys; print('ready', flush=True); sys.exit('the reason')"
STUBBORN = (
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True)\n"
    "while True: signal.pause()"
)


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    guard = Guard()
    running = Supervisor(root=tmp_path, logs=tmp_path, guard=guard, console=None)
    yield running
    running.kill()
    running.stop()
    guard.close()


def program(name: str, code: str, **environment: str) -> Program:
    return Program(
        name=name,
        command=[sys.executable, "-c", code],
        environment={**machine_environment(), **environment},
        ready=re.compile("ready"),
    )


def children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if FAITHFUL in child.cmdline()]


def test_a_process_that_ends_by_itself_stops_the_wait_and_is_named(supervisor: Supervisor) -> None:
    supervisor.start([program("store", FAITHFUL)])
    supervisor.start([program("worker", FAILS)])

    with pytest.raises(ServerRefused) as refusal:
        supervisor.wait()

    assert "worker ended with status 1" in str(refusal.value)
    assert "the reason" in str(refusal.value)


def test_stopping_ends_every_process(supervisor: Supervisor) -> None:
    supervisor.start([program("store", FAITHFUL), program("console", FAITHFUL)])
    running = children()

    supervisor.stop()

    assert len(running) == 2
    assert [child for child in running if child.is_running()] == []


def test_an_interruption_ends_the_wait(supervisor: Supervisor) -> None:
    supervisor.start([program("store", FAITHFUL)])

    supervisor.interrupt()

    with pytest.raises(Interrupted):
        supervisor.wait()


def test_a_kill_ends_a_process_that_ignores_the_request(supervisor: Supervisor) -> None:
    supervisor.start([program("store", STUBBORN)])

    supervisor.kill()

    with pytest.raises(ServerRefused, match=f"store ended with signal {int(signal.SIGKILL)}"):
        supervisor.wait()


def test_a_process_gets_the_environment_it_was_given_and_no_other(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOA_SECRET_OF_ANOTHER", "hidden")
    code = "import os, signal; print(dict(os.environ)); print('ready', flush=True); signal.pause()"

    supervisor.start([program("store", code, STOA_PROCESS="store")])

    log = (tmp_path / "store.log").read_text(encoding="utf-8")
    assert "'STOA_PROCESS': 'store'" in log
    assert "STOA_SECRET_OF_ANOTHER" not in log
