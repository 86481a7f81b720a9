"""Real processes that die by SIGKILL, for kill tests.

A `Nursery` is a process that loads Django once and forks a child for each piece
of work, so that a round of a kill test costs milliseconds instead of a start of
the whole program. A child is a process like any other: it has connections of
its own and is killed with ``kill -9``, either by the test at a moment it
chooses, or by itself at a statement that was chosen for it.

    with Nursery() as nursery:
        child = nursery.start("tests.chaos.work:open_tenant", name="x", kill_at=17)
        assert child.wait().killed
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import random
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120.0
READY = "ready"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a child ended.

    Attributes:
        statements: how many statements and commits it had sent; -1 when it was killed.
        result: what its function returned, as JSON; None when it was killed.
        error: the traceback when it raised.
    """

    killed: bool
    statements: int = -1
    result: Any = None
    error: str = ""


class ChildFailed(AssertionError):
    """A child ended by an exception, which no kill explains."""


class Child:
    """One forked process at work."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self.pid = pid
        self._nursery = nursery
        self._started = time.monotonic()

    def kill(self) -> None:
        """Kill it now; it may have ended already."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def kill_after(self, seconds: float) -> Outcome:
        """Let it run for so long, kill it if it still runs, and say how it ended."""
        if not self._nursery.answered(seconds):
            self.kill()
        return self.wait()

    def wait(self) -> Outcome:
        """Wait for its end.

        Raises:
            ChildFailed: it raised something.
        """
        outcome = self._nursery.outcome_of(self.pid)
        if outcome.error:
            raise ChildFailed(outcome.error)
        return outcome


class Nursery:
    """Forks children of one kind of process; a context manager.

    Args:
        kind: database login of the children.
        environment: added to `child_environment`.
    """

    def __init__(self, kind: str = "owner", environment: Mapping[str, str] | None = None) -> None:
        self._environment = {**child_environment(kind), **(environment or {})}
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Start the process and wait until Django is loaded."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from testkit.chaos import _tend; _tend()"],
            env=self._environment,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._line() != READY:
            raise RuntimeError("the nursery did not start")
        return self

    def __exit__(self, *_error: object) -> None:
        """End the process; it has no child left once each was waited for."""
        if self._process is not None:
            self._pipe_in.close()
            self._process.wait()
            self._pipe_out.close()

    def start(self, task: str, *, kill_at: int | None = None, **arguments: object) -> Child:
        """Fork a child that does a piece of work.

        One child at a time: wait for it before starting the next.

        Args:
            task: what to call, ``package.module:function``.
            arguments: handed to it, as JSON.
            kill_at: the child kills itself before its statement of this number,
                counted from 1, commits included; a negative number means after it.
        """
        order = {"task": task, "kill_at": kill_at, "arguments": arguments}
        self._pipe_in.write(json.dumps(order, default=str) + "\n")
        self._pipe_in.flush()
        return Child(self, int(self._line()))

    def run(self, task: str, **arguments: object) -> Outcome:
        """Do a piece of work in a child without killing it."""
        return self.start(task, kill_at=None, **arguments).wait()

    def answered(self, seconds: float) -> bool:
        """Wait at most so long for the end of the running child; tell whether it ended."""
        import select

        ready, _writable, _failed = select.select([self._pipe_out], [], [], seconds)
        return bool(ready)

    def outcome_of(self, pid: int) -> Outcome:
        """Wait for the end of a child."""
        answer = json.loads(self._line())
        if answer.pop("pid") != pid:
            raise RuntimeError("another child was not waited for")
        return Outcome(**answer)

    def _line(self) -> str:
        line = self._pipe_out.readline()
        if not line:
            raise RuntimeError("the nursery ended")
        return line.strip()

    @property
    def _pipe_in(self) -> IO[str]:
        if self._process is None or self._process.stdin is None:
            raise RuntimeError("the nursery was not started")
        return self._process.stdin

    @property
    def _pipe_out(self) -> IO[str]:
        if self._process is None or self._process.stdout is None:
            raise RuntimeError("the nursery was not started")
        return self._process.stdout


def child_environment(kind: str = "owner") -> dict[str, str]:
    """Return the environment of a process of an installation on this worker's test database."""
    from django.conf import settings

    from testkit.database import login_url

    path = os.pathsep.join([str(ROOT / "platform"), str(ROOT)])
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [path, os.environ.get("PYTHONPATH")])),
        "DJANGO_SETTINGS_MODULE": "config.settings.base",
        "STOA_PROCESS": "provisioner" if kind == "owner" else kind,
        "STOA_PROCESS_DATABASE_URL": login_url(kind),
        "STOA_DB_PREFIX": settings.STOA_DB_PREFIX,
        "STOA_SECRET_KEY": settings.SECRET_KEY,
        "STOA_MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "STOA_REDIS_URL": settings.STOA_REDIS_URL,
        "STOA_REDIS_PREFIX": settings.STOA_REDIS_PREFIX,
    }


def kill_points(count: int, *, statements: int, dice: random.Random) -> Iterator[int]:
    """Return points for ``kill_at``: spread over the whole work, before and after statements.

    The work is cut into as many parts as there are rounds, and each round dies
    somewhere in its own part, so that few rounds still reach the whole of it.
    """
    for index in range(count):
        first = 1 + statements * index // count
        last = max(first, statements * (index + 1) // count)
        yield dice.randint(first, last) * dice.choice((1, -1))


def _tend() -> None:
    """Be a nursery: load Django, then fork for each line on standard input."""
    import django

    from kernel.common.memory import settle

    django.setup()
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    # What children print must not end up among the answers.
    os.dup2(2, 1)
    answers.write(READY + "\n")
    settle()
    for line in sys.stdin:
        order = json.loads(line)
        reading, writing = os.pipe()
        if (pid := os.fork()) == 0:
            os.close(reading)
            _live(order, writing)
        os.close(writing)
        answers.write(f"{pid}\n")
        with os.fdopen(reading) as pipe:
            text = pipe.read()
        os.waitpid(pid, 0)
        answer: dict[str, Any] = json.loads(text) if text else {"killed": True}
        _learn(answer.pop("imported", []))
        answers.write(json.dumps({"pid": pid, **answer}) + "\n")


def _learn(modules: list[str]) -> None:
    """Import what a child had to import, so that those after it need not."""
    from kernel.common.memory import settle

    for name in modules:
        # Some make modules of no file as they are loaded.
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    if modules:
        settle()


def _live(order: Mapping[str, Any], writing: int) -> None:
    """Be a child: do the work, say how it went, end without the parent's clean-up."""
    counter = _Counter(order["kill_at"])
    loaded = set(sys.modules)
    status = 0
    try:
        module, _colon, name = order["task"].partition(":")
        function = getattr(importlib.import_module(module), name)
        with counter.attached():
            result = function(**order["arguments"])
        answer = {"killed": False, "statements": counter.sent, "result": result}
    except BaseException:  # noqa: BLE001  whatever it is, the test must hear of it
        answer = {"killed": False, "statements": counter.sent, "error": traceback.format_exc()}
        status = 1
    answer["imported"] = sorted(set(sys.modules) - loaded)
    with os.fdopen(writing, "w") as pipe:
        json.dump(answer, pipe, default=str)
    os._exit(status)


class _Counter:
    """Counts statements and commits of the default connection, and dies at one of them."""

    def __init__(self, kill_at: int | None) -> None:
        self.sent = 0
        self._before = kill_at if kill_at and kill_at > 0 else None
        self._after = -kill_at if kill_at and kill_at < 0 else None

    @contextlib.contextmanager
    def attached(self) -> Iterator[None]:
        from django.db import connection

        commit = connection._commit  # type: ignore[attr-defined]  # noqa: SLF001  a commit counts too

        def counted() -> Any:
            return self._step(commit)

        connection._commit = counted  # type: ignore[attr-defined]  # noqa: SLF001
        with connection.execute_wrapper(
            lambda execute, text, params, many, context: self._step(
                lambda: execute(text, params, many, context)
            )
        ):
            yield

    def _step(self, send: Any) -> Any:
        self.sent += 1
        # Others may be sent while this one is on its way, by what gives it its rows.
        number = self.sent
        if number == self._before:
            os.kill(os.getpid(), signal.SIGKILL)
        try:
            return send()
        finally:
            # A statement that the database refuses was sent all the same.
            if number == self._after:
                os.kill(os.getpid(), signal.SIGKILL)
