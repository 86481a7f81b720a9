"""One child process: started in a group of its own, watched, stopped with a deadline."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import IO, TYPE_CHECKING

from testkit.servers.guard import Guard, send

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from testkit.servers.account import Account


class Child:
    """A running child process."""

    def __init__(
        self,
        name: str,
        process: subprocess.Popen[bytes],
        *,
        guard: Guard,
        stop_signal: signal.Signals,
        group: bool,
    ) -> None:
        self.name = name
        self.process = process
        self._guard = guard
        self._stop_signal = stop_signal
        self._group = group

    @property
    def pid(self) -> int:
        """Return the process id, which is also the id of its group."""
        return self.process.pid

    def ended(self) -> int | None:
        """Return the exit status, negative for a signal, or None while it runs."""
        return self.process.poll()

    def ask_to_stop(self) -> None:
        """Send the signal that ends this kind of process in order."""
        if self.process.poll() is None:
            send(self.pid, self._stop_signal, group=self._group)

    def kill(self) -> None:
        """End it and whatever it left behind in its group, now."""
        send(self.pid, signal.SIGKILL, group=True)

    def stop(self, *, timeout: float = 15.0) -> bool:
        """Ask, wait, then kill; return whether asking was enough.

        Args:
            timeout: seconds to wait before killing.
        """
        self.ask_to_stop()
        try:
            self.process.wait(timeout)
            orderly = True
        except subprocess.TimeoutExpired:
            orderly = False
        self.kill()
        self.process.wait()
        self._guard.forget(self.pid)
        return orderly


def start(
    name: str,
    command: Sequence[str | Path],
    *,
    guard: Guard,
    environment: Mapping[str, str],
    output: IO[bytes] | int,
    cwd: Path,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    account: Account | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    group: bool = True,
) -> Child:
    """Start a child that gets exactly this environment.

    Args:
        name: what people call it.
        command: program and arguments, no shell.
        guard: stops it when we are gone.
        environment: the whole environment, nothing is inherited.
        output: where both output streams go.
        cwd: working folder.
        stdin: standard input, closed by default.
        account: run as this account.
        stop_signal: what ends it in order.
        group: send that signal to the whole group, not to the first process.
    """
    process = subprocess.Popen(  # noqa: S603 - callers name fixed programs
        [os.fspath(part) for part in command],
        env=dict(environment),
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    guard.watch(process.pid, stop_signal=stop_signal, group=group)
    return Child(name, process, guard=guard, stop_signal=stop_signal, group=group)
