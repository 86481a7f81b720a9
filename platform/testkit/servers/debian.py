"""A program from a Debian package, unpacked beside the checkout and never installed.

For tests that need a version this machine's release does not have. `apt-get`
fetches and verifies the package and the libraries it needs, into folders of
ours; the program then runs on those libraries through their own loader. No
privileges are needed, and nothing on the machine changes.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from testkit.servers.errors import ServerRefused

_KEYRINGS = (
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/usr/share/keyrings/debian-archive-keyring.pgp",
)
_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Unpacked:
    """An unpacked package.

    Attributes:
        root: folder that holds what the package and its libraries would install.
    """

    root: Path

    def command(self, program: str) -> list[str]:
        """Return how to run a program of the package, ``usr/sbin/name``."""
        folders = [
            path
            for pattern in ("lib/*", "usr/lib/*", "usr/lib/*/systemd", "lib/*/systemd")
            for path in sorted(self.root.glob(pattern))
            if any(path.glob("*.so*"))
        ]
        loaders = [path for folder in folders for path in sorted(folder.glob("ld-linux*.so.*"))]
        return [
            os.fspath(loaders[0]),
            "--library-path",
            ":".join(map(os.fspath, folders)),
            os.fspath(self.root / program),
        ]


def unpacked(package: str, *, suite: str, cache: Path) -> Unpacked:
    """Return a package of a Debian suite, fetched at the first call.

    Args:
        package: its name.
        suite: ``testing``, ``bookworm``.
        cache: where it is kept; several processes may ask at once.

    Raises:
        ServerRefused: this machine cannot fetch it; the message says why.
    """
    home = cache / f"{package}-{suite}"
    done = home / "complete"
    if done.exists():
        return Unpacked(home / "root")
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            _fetch(package, suite=suite, home=home)
            _unpack(package, home)
            done.touch()
    return Unpacked(home / "root")


def _fetch(package: str, *, suite: str, home: Path) -> None:
    for folder in ("state/lists/partial", "cache/archives/partial", "etc"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    (home / "status").touch()
    keyring = next((path for path in _KEYRINGS if Path(path).exists()), None)
    if keyring is None:
        raise ServerRefused(
            "Debian's keys are missing; install them: apt-get install debian-archive-keyring"
        )
    sources = home / "etc" / "sources.list"
    sources.write_text(f"deb [signed-by={keyring}] {_mirror()} {suite} main\n")
    options = [
        f"Dir::Etc::sourcelist={sources}",
        "Dir::Etc::sourceparts=/nonexistent",
        f"Dir::State={home / 'state'}",
        # As if nothing were installed: every library is fetched too.
        f"Dir::State::status={home / 'status'}",
        f"Dir::Cache={home / 'cache'}",
        "APT::Sandbox::User=",
        "APT::Install-Recommends=false",
        "Acquire::Languages=none",
        "Acquire::Retries=3",
        "Debug::NoLocking=1",
    ]
    given = [part for option in options for part in ("-o", option)]
    _apt("update", *given)
    _apt("install", "--download-only", "--yes", *given, package)


def _mirror() -> str:
    """Return where this machine gets Debian's packages from."""
    answer = _apt("indextargets", "--format", "$(ORIGIN) $(REPO_URI)", "Created-By: Packages")
    uris = [line.split()[-1] for line in answer.splitlines() if line.strip()]
    for uri in uris:
        if uri.rstrip("/").endswith("/debian"):
            return uri
    raise ServerRefused("this machine's apt knows no mirror of Debian")


def _apt(*arguments: str) -> str:
    program = shutil.which("apt-get")
    if program is None or shutil.which("dpkg-deb") is None:
        raise ServerRefused("this machine has no apt-get, with which Debian packages are fetched")
    try:
        done = subprocess.run(  # noqa: S603 - a program we found, no shell
            [program, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
            env={**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"},
        )
    except subprocess.TimeoutExpired as error:
        raise ServerRefused(f"apt-get {arguments[0]} took more than {_SECONDS} s") from error
    if done.returncode != 0:
        raise ServerRefused(f"apt-get {arguments[0]} failed:\n{done.stderr.strip()}")
    return done.stdout


def _unpack(package: str, home: Path) -> None:
    root = home / "root.partial"
    shutil.rmtree(root, ignore_errors=True)
    for archive in sorted((home / "cache" / "archives").glob("*.deb")):
        if archive.name.startswith(("lib", "zlib1g_", f"{package}_")):
            subprocess.run(  # noqa: S603 - fixed program, no shell
                ["dpkg-deb", "--extract", archive, root],  # noqa: S607
                check=True,
                timeout=_SECONDS,
            )
    root.chmod(0o755)
    root.rename(home / "root")
    for left in ("cache", "state"):
        shutil.rmtree(home / left, ignore_errors=True)
