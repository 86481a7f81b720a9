"""Rules about the repository's files: sizes, no local paths; and the layers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from config.dev import locks, tree

ROOT = Path(__file__).resolve().parents[2]


def test_every_file_keeps_the_rules_of_the_repository() -> None:
    assert tree.faults() == []


def test_the_locks_fit_what_is_declared() -> None:
    assert locks.faults() == []


def test_the_layers_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
