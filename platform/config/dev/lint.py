"""All checks that need no running test: style, types, layers, migrations, locks."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console

from config.dev import locks

ROOT: Final = Path(__file__).resolve().parents[3]
BIN: Final = Path(sys.executable).parent


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a check found; an empty text means nothing."""

    title: str
    passed: bool
    text: str
    seconds: float


def run(title: str, *command: str) -> Outcome:
    """Run a program; it passes when it ends with status 0."""
    began = time.monotonic()
    done = subprocess.run(  # noqa: S603 - fixed programs, no shell
        [str(BIN / command[0]), *command[1:]],
        cwd=ROOT,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Outcome(
        title=title,
        passed=done.returncode == 0,
        text=done.stdout,
        seconds=time.monotonic() - began,
    )


def check_locks() -> Outcome:
    """Say whether the locks fit `pyproject.toml`."""
    began = time.monotonic()
    faults = locks.faults()
    return Outcome(
        title="locks fit pyproject.toml",
        passed=not faults,
        text="\n".join(faults),
        seconds=time.monotonic() - began,
    )


MIGRATIONS: Final = ("makemigrations", "--check", "--dry-run")
CHECKS: Final[tuple[Callable[[], Outcome], ...]] = (
    lambda: run("ruff check", "ruff", "check", "--quiet", "."),
    lambda: run("ruff format", "ruff", "format", "--check", "--quiet", "."),
    lambda: run("mypy strict", "mypy", "--no-error-summary"),
    lambda: run("layers", "lint-imports"),
    lambda: run("promises of the APIs", "python", "-m", "config.dev.contract"),
    lambda: run(
        "no missing migration", "python", "-W", "ignore", "platform/manage.py", *MIGRATIONS
    ),
    check_locks,
)


def main() -> int:
    """Run all checks, show what each found, return the exit status."""
    console = Console()
    passed = True
    with ThreadPoolExecutor(max_workers=max(2, (os.cpu_count() or 2) // 2)) as pool:
        for outcome in pool.map(lambda check: check(), CHECKS):
            passed = passed and outcome.passed
            mark = "[green]✓[/]" if outcome.passed else "[red]✗[/]"
            console.print(f"{mark} {outcome.title} [dim]{outcome.seconds:.1f} s[/]")
            if not outcome.passed:
                console.print(outcome.text, markup=False, highlight=False, soft_wrap=True)
    return 0 if passed else 1


def _environment() -> dict[str, str]:
    # The first folder decides whose `config` is found, here and in mypy's plugin.
    return {
        **os.environ,
        "PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}",
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "STOA_PROCESS_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    }


if __name__ == "__main__":
    sys.exit(main())
