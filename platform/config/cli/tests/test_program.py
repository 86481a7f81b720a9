from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

STOA = Path(sys.executable).with_name("stoa")


def stoa(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(STOA), *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=300,
    )


def test_the_help_lists_the_commands_without_a_database() -> None:
    done = stoa("--help")

    assert done.returncode == 0, done.stderr
    for command in ("up", "down", "setup", "reset", "doctor", "manage"):
        assert command in done.stdout
    assert "runtime" not in done.stdout


def test_a_refusal_is_one_line_and_status_2() -> None:
    done = stoa("reset", "--yes", STOA_DATABASE_URL="postgresql://db.example/shop")

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "STOA_DATABASE_URL" in done.stderr


def test_the_doctor_speaks_json_and_names_a_cure_for_each_fault() -> None:
    done = stoa("doctor", "--json", STOA_REDIS_URL="redis://127.0.0.1:1/0")

    findings = {finding["check"]: finding for finding in json.loads(done.stdout)}
    assert done.returncode == 1
    assert findings["python"]["passed"] is True
    assert findings["redis"]["passed"] is False
    assert findings["redis"]["mend"] == "unset STOA_REDIS_URL"


def test_an_unknown_command_is_refused_with_the_nearest_name() -> None:
    done = stoa("docter")

    assert done.returncode == 2
    assert "No such command" in done.stderr
