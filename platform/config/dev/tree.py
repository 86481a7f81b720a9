"""Rules about the files of the repository themselves, whatever is in them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[3]
MOST_LINES: Final = 600
# Made by a program, or a text that others wrote.
NOT_OURS: Final = re.compile(r"(\.lock|\.po|\.svg|\.json)$|/migrations/|^LICENSE$")
HOMES: Final = re.compile(r"/(?:home|Users)/[a-z][\w.-]*/")


def committed_files() -> list[Path]:
    """Return the files git knows, those about to be committed included."""
    git = subprocess.run(  # noqa: S603 - fixed program, no shell
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        capture_output=True,
        check=True,
        text=True,
    )
    paths = [ROOT / name for name in git.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def faults() -> list[str]:
    """Return every broken rule, one sentence each."""
    found = []
    if (ROOT / "platform" / "__init__.py").exists():
        found.append("platform/__init__.py hides the standard library's platform; delete it")
    for path in committed_files():
        name = path.relative_to(ROOT).as_posix()
        text = _text(path)
        if text is None:
            continue
        found += [f"{name}: {fault}" for fault in _text_faults(name, text)]
    return found


def _text_faults(name: str, text: str) -> list[str]:
    found = []
    lines = text.count("\n")
    if lines > MOST_LINES and not NOT_OURS.search(name):
        found.append(f"{lines} lines, {MOST_LINES} are allowed; divide it by what it does")
    # A path of one machine: where the checkout stands, or somebody's home.
    if f"{ROOT}/" in text or HOMES.search(text):
        found.append("holds a path of somebody's machine")
    return found


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def main() -> int:
    """Print the broken rules; return the exit status."""
    broken = faults()
    for fault in broken:
        print(fault)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
