"""Makes the locks of the dependencies anew, or checks that they fit what is declared.

A lock holds versions and hashes but no address to download from, so that it
works with any mirror.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

from packaging.specifiers import SpecifierSet

ROOT: Final = Path(__file__).resolve().parents[3]
OPTIONS: Final = (
    "--quiet",
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-header",
    "--no-annotate",
    "--no-emit-index-url",
)
# lock -> what it is made from
LOCKS: Final[dict[str, tuple[str, ...]]] = {
    "requirements/base.lock": ("pyproject.toml",),
    "requirements/dev.lock": ("pyproject.toml", "--group=dev"),
    "requirements/bootstrap.lock": ("requirements/bootstrap.in",),
}


def make(lock: str, *sources: str) -> None:
    """Make one lock; versions that still fit are kept."""
    command = [str(Path(sys.executable).with_name("uv")), "pip", "compile", *OPTIONS]
    subprocess.run(  # noqa: S603 - fixed program, no shell
        [*command, *sources, f"--output-file={lock}"], cwd=ROOT, check=True
    )


def faults() -> list[str]:
    """Return what is wrong with the locks; asks no package index."""
    found = []
    declared = _declared()
    for lock, names in declared.items():
        text = (ROOT / lock).read_text(encoding="utf-8")
        if re.search(r"https?://", text):
            found.append(f"{lock} holds an address to download from")
        pins = {name.lower(): version for name, version in _PIN.findall(text)}
        found += [
            f"{lock} does not hold {name}{specifier}; run: make lock"
            for name, specifier in names
            if not _fits(pins.get(name), specifier)
        ]
    return found


_PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_REQUIREMENT: Final = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*(.*)$")


def _declared() -> dict[str, list[tuple[str, str]]]:
    """Return, for each lock, the requirements it must satisfy."""
    with (ROOT / "pyproject.toml").open("rb") as stream:
        project = tomllib.load(stream)
    base = list(project["project"]["dependencies"])
    groups = project["dependency-groups"]
    extra = [line for group in groups.values() for line in group if isinstance(line, str)]
    bootstrap = (ROOT / "requirements/bootstrap.in").read_text(encoding="utf-8").splitlines()
    return {
        "requirements/base.lock": _parse(base),
        "requirements/dev.lock": _parse(base + extra),
        "requirements/bootstrap.lock": _parse([line for line in bootstrap if line]),
    }


def _parse(lines: list[str]) -> list[tuple[str, str]]:
    parsed = []
    for line in lines:
        match = _REQUIREMENT.match(line)
        if match is None:
            raise ValueError(f"not a requirement: {line}")
        name = re.sub(r"[-_.]+", "-", match.group(1)).lower()
        parsed.append((name, match.group(2)))
    return parsed


def _fits(version: str | None, specifier: str) -> bool:
    return version is not None and SpecifierSet(specifier).contains(version, prereleases=True)


def main() -> None:
    """Make all locks anew."""
    for lock, sources in LOCKS.items():
        print(f"locking {lock}")
        make(lock, *sources)


if __name__ == "__main__":
    main()
