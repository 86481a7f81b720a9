from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

# A program that starts a child with a child of its own, under a guard, and says their numbers.
PROGRAM = """
import subprocess, sys, signal
from pathlib import Path
from testkit.servers import process
from testkit.servers.guard import Guard

nested = (
    "import subprocess, sys, signal;"
    "inner = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']);"
    "print(inner.pid, flush=True); signal.pause()"
)
guard = Guard(remove=[Path(sys.argv[1])])
child = process.start(
    "child", [sys.executable, "-c", nested], guard=guard, environment={},
    output=subprocess.PIPE, cwd=Path("/"), group=False,
)
inner = child.process.stdout.readline().decode().strip()
print(child.pid, inner, flush=True)
signal.pause()
"""


def test_a_killed_program_leaves_neither_processes_nor_files(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder)], stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        pids = [int(number) for number in program.stdout.readline().split()]
        family = [psutil.Process(pid) for pid in pids]

        os.kill(program.pid, signal.SIGKILL)

    psutil.wait_procs(family, timeout=120)
    assert len(family) == 2
    assert [member for member in family if _lives(member)] == []
    assert _disappears(folder)


def _lives(member: psutil.Process) -> bool:
    # In a container without an init process the dead stay listed as zombies.
    try:
        return member.is_running() and member.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _disappears(folder: Path) -> bool:
    deadline = time.monotonic() + 120
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    return not folder.exists()
