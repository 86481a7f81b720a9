"""Prepare a checkout: virtual environment, locked dependencies, the program itself.

Run by whatever Python the machine has (`python3 infra/bootstrap.py`), so it
imports the standard library alone. Nothing is done when a stamp says that the
environment already holds what the locks ask for.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "stoa.stamp"
LOCKS = (ROOT / "requirements" / "bootstrap.lock", ROOT / "requirements" / "dev.lock")
FLOOR = (3, 11)


class Missing(Exception):
    """Something of the machine is missing; the message names it and the cure."""


def main() -> int:
    """Prepare the checkout; return the exit status."""
    try:
        prepare()
    except Missing as missing:
        print(f"setup: {missing}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failed:
        print(f"setup: this step failed: {' '.join(map(str, failed.cmd))}", file=sys.stderr)
        return 1
    return 0


def prepare() -> None:
    """Bring `.venv` to what the locks say, or return at once when it is there."""
    check_python()
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text(encoding="ascii") == wanted and is_whole():
        return
    if not is_whole():
        say("making the virtual environment in .venv")
        shutil.rmtree(VENV, ignore_errors=True)
        make_environment()
    STAMP.unlink(missing_ok=True)
    python = str(VENV / "bin" / "python")
    say("installing uv")
    run(
        *(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--require-hashes", "--requirement", str(LOCKS[0])),
    )
    uv = [str(VENV / "bin" / "uv"), "pip"]
    say("installing the locked dependencies")
    settings = uv_settings(python)
    run(
        *(*uv, "sync", "--quiet", "--python", python, "--require-hashes"),
        *(str(LOCKS[1]), str(LOCKS[0])),
        extra=settings,
    )
    say("installing the program itself")
    run(
        *(*uv, "install", "--quiet", "--python", python, "--no-deps"),
        *("--no-build-isolation", "--editable", str(ROOT)),
        extra=settings,
    )
    STAMP.write_text(wanted, encoding="ascii")
    say("ready")


def uv_settings(python: str) -> dict[str, str]:
    """Return variables that make uv ask where pip was told to ask.

    A machine behind a mirror or a company's certificate is often set up for pip
    alone; uv reads none of pip's configuration.
    """
    listed = subprocess.run(
        [python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    pip: dict[str, str] = {}
    for line in listed.stdout.splitlines():
        key, _, value = line.partition("=")
        # The environment comes first in the list and wins.
        pip.setdefault(key.rpartition(".")[2], value.strip("'\""))
    # The environment's packages may be on another disk than uv's cache.
    settings = {"UV_LINK_MODE": "copy"}
    if "index-url" in pip:
        settings["UV_DEFAULT_INDEX"] = pip["index-url"]
    if "cert" in pip:
        settings["SSL_CERT_FILE"] = pip["cert"]
    return {name: value for name, value in settings.items() if name not in os.environ}


def check_python() -> None:
    """Refuse an interpreter that is too old or lacks a part."""
    if sys.version_info < FLOOR:
        found = ".".join(map(str, sys.version_info[:2]))
        raise Missing(
            f"Python {found} is too old, 3.11 is the floor; install a newer one "
            "(apt-get install python3.11 python3.11-venv) and name it: make PYTHON=python3.11 setup"
        )
    for module in ("venv", "ensurepip"):
        try:
            __import__(module)
        except ImportError:
            raise Missing(
                f"this Python comes without {module!r}; install it: apt-get install "
                f"python{sys.version_info[0]}.{sys.version_info[1]}-venv (Debian, Ubuntu)"
            ) from None


def fingerprint() -> str:
    """Return a digest of all that decides what the environment holds."""
    digest = hashlib.sha256()
    for lock in LOCKS:
        digest.update(lock.read_bytes())
    digest.update((ROOT / "pyproject.toml").read_bytes())
    # A moved checkout has an environment that points to the old place.
    digest.update(str(ROOT).encode())
    return digest.hexdigest()


def is_whole() -> bool:
    """Say whether the environment's interpreter still starts."""
    python = VENV / "bin" / "python"
    if not python.exists():
        return False
    probe = "import sys; sys.exit(sys.version_info < (3, 11) or sys.prefix != sys.argv[1])"
    done = subprocess.run(
        [str(python), "-I", "-c", probe, str(VENV)], check=False, stderr=subprocess.DEVNULL
    )
    return done.returncode == 0


def make_environment() -> None:
    """Create `.venv` and its pip."""
    try:
        run(sys.executable, "-m", "venv", str(VENV))
    except subprocess.CalledProcessError:
        shutil.rmtree(VENV, ignore_errors=True)
        raise Missing(
            "the virtual environment could not be made; on Debian and Ubuntu: apt-get install "
            f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        ) from None


def run(*command: str, extra: dict[str, str] | None = None) -> None:
    """Run a step from the checkout and fail with it."""
    environment = {**os.environ, **(extra or {})}
    environment.pop("PYTHONPATH", None)
    environment.pop("VIRTUAL_ENV", None)
    subprocess.run(command, check=True, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL)


def say(text: str) -> None:
    """Tell what is being done."""
    print(f"setup: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
