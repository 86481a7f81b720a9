"""Nobody outlives the program that started it, however that program ends.

A guard is a small process in a session of its own. It reads from a pipe which
processes to watch; when the other end closes, because the program ended or was
killed with SIGKILL, it stops what is still there. A parent-death signal would
not do: it does not reach grandchildren such as web workers, is lost when the
child changes its user, and exists on Linux only.

This file is also run as a script, so it imports the standard library alone.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

GRACE_SECONDS = 12.0


class Guard:
    """The near end of the pipe; closing it tells the guard to stop the rest."""

    def __init__(self, *, hold: Sequence[int] = (), remove: Sequence[Path] = ()) -> None:
        """Start the guard.

        Args:
            hold: file descriptors kept open by the guard as well, such as a
                lock that must last until the last child is gone.
            remove: folders to delete at the very end.
        """
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and file
            [sys.executable, "-I", __file__, *(str(path) for path in remove)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=tuple(hold),
            cwd="/",
        )

    def watch(self, pid: int, *, stop_signal: int, group: bool) -> None:
        """Stop this process (or its whole group) when the program is gone."""
        self._say(f"watch {pid} {int(stop_signal)} {int(group)}")

    def forget(self, pid: int) -> None:
        """The process has ended; its number may be used again by a stranger."""
        self._say(f"forget {pid}")

    def close(self, *, wait: bool = True) -> None:
        """Stop what is still watched, and remove the folders.

        Args:
            wait: until that is done; a cluster of many tenants has a million
                files, whose removal the guard can see to by itself.
        """
        with contextlib.suppress(BrokenPipeError):
            self._pipe.close()
        if wait:
            self._process.wait()

    @property
    def _pipe(self) -> IO[bytes]:
        if self._process.stdin is None:
            raise RuntimeError("the guard was started without a pipe")
        return self._process.stdin

    def _say(self, line: str) -> None:
        self._pipe.write(f"{line}\n".encode())
        self._pipe.flush()


def send(pid: int, number: int, *, group: bool) -> bool:
    """Send a signal; return whether there was somebody to receive it."""
    try:
        if group:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        # macOS says so for a group of zombies.
        return False
    return True


def _watch(lines: Iterable[str]) -> None:
    watched: dict[int, tuple[int, bool]] = {}
    for line in lines:
        word, *numbers = line.split()
        if word == "watch":
            pid, stop_signal, group = (int(number) for number in numbers)
            watched[pid] = (stop_signal, bool(group))
        elif word == "forget":
            watched.pop(int(numbers[0]), None)
    left = {
        pid: group
        for pid, (stop_signal, group) in watched.items()
        if send(pid, stop_signal, group=group)
    }
    deadline = time.monotonic() + GRACE_SECONDS
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = {pid: group for pid, group in left.items() if send(pid, 0, group=group)}
    # Always the whole group: a worker may have outlived the process that led it.
    for pid in watched:
        send(pid, signal.SIGKILL, group=True)


if __name__ == "__main__":
    _watch(sys.stdin)
    for folder in sys.argv[1:]:
        shutil.rmtree(folder, ignore_errors=True)
