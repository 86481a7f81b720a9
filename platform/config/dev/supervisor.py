"""Runs the processes of an installation on one machine, all or none.

A process that ends by itself is a fault: the others are stopped and its last
lines are shown. Nothing is restarted in silence.
"""

from __future__ import annotations

import http.client
import os
import queue
import re
import sys
import threading
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from rich.text import Text

from testkit.servers import process
from testkit.servers.errors import ServerRefused
from testkit.servers.ports import LOOPBACK
from testkit.servers.postgres import tail

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from testkit.servers.guard import Guard

READY_SECONDS: Final = 300.0
STOP_SECONDS: Final = 12.0
LAST_LINES_SECONDS: Final = 2.0
COLOURS: Final = ("cyan", "magenta", "green", "yellow", "blue", "bright_red", "bright_cyan")
# What a process may know of the machine it runs on; everything else is given by name.
INHERITED: Final = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR", "TZ", "SSL_CERT_FILE")


@dataclass(frozen=True, kw_only=True)
class Program:
    """A process to run.

    Attributes:
        ready: the line of output that says it works, or the port on which it
            then answers over HTTP.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    ready: re.Pattern[str] | int


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A process ended."""

    name: str
    status: int


class Interrupted(KeyboardInterrupt):
    """Somebody asked to stop; no handler of ordinary errors may swallow it."""


class Supervisor:
    """Starts programs, waits for them, ends them together."""

    def __init__(self, *, root: Path, logs: Path, guard: Guard, console: Console | None) -> None:
        """Prepare.

        Args:
            root: working folder of the programs.
            logs: folder of their log files.
            guard: ends them when we are gone.
            console: also receives their output; None for the files alone.
        """
        self._root = root
        self._logs = logs
        self._guard = guard
        self._console = console
        self._children: list[process.Child] = []
        self._statuses: dict[str, int] = {}
        self._events: queue.SimpleQueue[Ended | str | None] = queue.SimpleQueue()

    def interrupt(self) -> None:
        """Make `wait_ready` and `wait` return; safe in a signal handler."""
        self._events.put(None)

    def adopt(self, child: process.Child, copying: threading.Thread | None = None) -> None:
        """Notice the end of a child, also of one that was started elsewhere.

        Args:
            child: the child.
            copying: writes its output to the log file.
        """
        self._children.append(child)
        threading.Thread(target=self._wait_for, args=(child, copying), daemon=True).start()

    def start(self, programs: Sequence[Program]) -> None:
        """Start the programs at once and wait until each says that it works.

        Raises:
            ServerRefused: one ended or was not ready in time.
            Interrupted: `interrupt` was called.
        """
        for number, program in enumerate(programs):
            self._start(program, colour=COLOURS[number % len(COLOURS)])
        waiting = {program.name for program in programs}
        deadline = time.monotonic() + READY_SECONDS
        while waiting:
            try:
                event = self._events.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                name = min(waiting)
                status = self._statuses.get(name)
                answer = f" and answers with status {status}" if status else ""
                raise ServerRefused(
                    f"{name} was not ready within {READY_SECONDS:.0f} s{answer}; its last lines:\n"
                    f"{self._tail(name)}"
                ) from None
            if isinstance(event, str):
                waiting.discard(event)
            else:
                self._raise(event)

    def wait(self) -> None:
        """Return never: something ends, or somebody asks to stop.

        Raises:
            ServerRefused: a process ended.
            Interrupted: `interrupt` was called.
        """
        while True:
            event = self._events.get()
            if not isinstance(event, str):
                self._raise(event)

    def stop(self) -> None:
        """End all: servers last, because the others still write to them."""
        servers = [child for child in self._children if child.name in {"postgres", "redis"}]
        programs = [child for child in self._children if child not in servers]
        for group in (programs, servers):
            for child in group:
                child.ask_to_stop()
            deadline = time.monotonic() + STOP_SECONDS
            for child in group:
                child.stop(timeout=max(0.1, deadline - time.monotonic()))

    def kill(self) -> None:
        """End all at once; safe in a signal handler."""
        for child in self._children:
            child.kill()

    def _raise(self, event: Ended | None) -> None:
        if event is None:
            raise Interrupted
        how = f"signal {-event.status}" if event.status < 0 else f"status {event.status}"
        raise ServerRefused(
            f"{event.name} ended with {how}; its last lines "
            f"({self._log(event.name)}):\n{self._tail(event.name)}"
        )

    def _start(self, program: Program, *, colour: str) -> None:
        reading, writing = os.pipe()
        try:
            child = process.start(
                program.name,
                program.command,
                guard=self._guard,
                environment=program.environment,
                output=writing,
                cwd=self._root,
                # To the first process only: it ends its own workers in order.
                group=False,
            )
        finally:
            os.close(writing)
        stream = os.fdopen(reading, "rb")
        copying = threading.Thread(target=self._copy, args=(program, stream, colour), daemon=True)
        copying.start()
        if isinstance(program.ready, int):
            threading.Thread(target=self._probe, args=(child, program.ready), daemon=True).start()
        self.adopt(child, copying)

    def _probe(self, child: process.Child, port: int) -> None:
        # A web server binds its port before its workers have loaded the program.
        while child.ended() is None:
            status = http_status(port)
            if status is not None and status < http.HTTPStatus.INTERNAL_SERVER_ERROR:
                self._events.put(child.name)
                return
            if status is not None:
                self._statuses[child.name] = status
            time.sleep(0.1)

    def _copy(self, program: Program, stream: IO[bytes], colour: str) -> None:
        is_ready = False
        with stream, self._log(program.name).open("ab", buffering=0) as log:
            for line in stream:
                log.write(line)
                text = line.decode("utf-8", "replace").rstrip()
                if (
                    isinstance(program.ready, re.Pattern)
                    and not is_ready
                    and program.ready.search(text)
                ):
                    is_ready = True
                    self._events.put(program.name)
                if self._console is not None:
                    prefix = Text(f"{program.name:>12} │ ", style=colour)
                    self._console.print(prefix + Text.from_ansi(text), soft_wrap=True)

    def _wait_for(self, child: process.Child, copying: threading.Thread | None) -> None:
        status = child.process.wait()
        if copying is not None:
            # Its last lines say why it ended. A grandchild may hold the pipe open for longer.
            copying.join(LAST_LINES_SECONDS)
        self._events.put(Ended(name=child.name, status=status))

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def _tail(self, name: str) -> str:
        return tail(self._log(name), lines=15)


def machine_environment() -> dict[str, str]:
    """Return what every process may know of the machine.

    Bytecode is written even where the caller's shell forbids it: without it
    each start compiles the whole of Django anew.
    """
    chosen = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return chosen | {"PYTHONUNBUFFERED": "1"}


def http_status(port: int) -> int | None:
    """Return the status a web process answers with, or None while it does not answer."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    try:
        connection.request("GET", "/", headers={"Host": "localhost"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def module_command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module with our own interpreter."""
    return [sys.executable, "-m", module, *arguments]


def is_running(pid: int) -> bool:
    """Say whether a process exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def wait_until_gone(pid: int, *, seconds: float) -> bool:
    """Wait for a process that is not our child; return whether it went."""
    deadline = time.monotonic() + seconds
    while is_running(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
