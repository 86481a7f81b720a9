"""PgBouncer as a child: the one named, the one on PATH, or one from a Debian package."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import psycopg

from testkit.servers import debian, process
from testkit.servers.account import Account, server_account
from testkit.servers.errors import ServerRefused
from testkit.servers.ports import LOOPBACK
from testkit.servers.postgres import tail

if TYPE_CHECKING:
    from testkit.servers.guard import Guard

FLOOR = (1, 25)
PROGRAM_VARIABLE = "STOA_TEST_PGBOUNCER"
ADMIN = "pooler_admin"
START_SECONDS = 120.0
_OLD_SUITE, _NEW_SUITE = "bookworm", "testing"
_CURE = (
    f"name a pgbouncer of version 1.25 or later in {PROGRAM_VARIABLE}, or install one: "
    "apt-get install pgbouncer (from a release that has it)"
)


@dataclass(frozen=True, slots=True)
class Program:
    """How to run a PgBouncer.

    Attributes:
        folder: what an unprivileged account must be able to read; None for one on PATH.
    """

    command: tuple[str, ...]
    version: tuple[int, ...]
    folder: Path | None = None


@dataclass(frozen=True, kw_only=True)
class PgBouncerServer:
    """A running pooler of our own."""

    port: int
    admin_password: str
    child: process.Child
    users: Mapping[str, str] = field(repr=False)

    def admin_url(self) -> str:
        """Return the address of the administration console."""
        secret = quote(self.admin_password, safe="")
        return f"postgresql://{ADMIN}:{secret}@{LOOPBACK}:{self.port}/pgbouncer"


def current(cache: Path) -> Program:
    """Return a PgBouncer of version 1.25 or later.

    Args:
        cache: folder in which an unpacked package is kept.

    Raises:
        ServerRefused: none is to be had here; the message says how to get one.
    """
    named = os.environ.get(PROGRAM_VARIABLE) or shutil.which("pgbouncer")
    if named:
        program = Program((named,), _version([named]))
        if program.version >= FLOOR:
            return program
    try:
        program = _from_debian(_NEW_SUITE, cache)
    except ServerRefused as refusal:
        raise ServerRefused(f"no PgBouncer of version 1.25 or later: {refusal}; {_CURE}") from None
    if program.version < FLOOR:
        raise ServerRefused(f"Debian's PgBouncer is {program.version}; {_CURE}")
    return program


def outdated(cache: Path) -> Program:
    """Return Debian 12's PgBouncer 1.18, which loses the tenant; to prove that it is refused.

    Raises:
        ServerRefused: it is not to be had here.
    """
    return _from_debian(_OLD_SUITE, cache)


def _from_debian(suite: str, cache: Path) -> Program:
    found = debian.unpacked("pgbouncer", suite=suite, cache=cache)
    command = found.command("usr/sbin/pgbouncer")
    return Program(tuple(command), _version(command), found.root)


def _version(command: list[str]) -> tuple[int, ...]:
    done = subprocess.run(  # noqa: S603 - a program we found, no shell
        [*command, "--version"], capture_output=True, text=True, check=False
    )
    return tuple(int(part) for part in re.findall(r"\d+", done.stdout)[:2])


def start(
    program: Program,
    *,
    home: Path,
    port: int,
    server: tuple[str, int],
    users: Mapping[str, str],
    guard: Guard,
    log: Path,
    settings: Mapping[str, str],
) -> PgBouncerServer:
    """Start it in front of a PostgreSQL server.

    Args:
        program: which one.
        home: an empty folder that the server's account can reach.
        port: free TCP port.
        server: host and port of PostgreSQL.
        users: passwords of the roles that may connect.
        guard: stops it when this program is gone.
        log: file that receives its output.
        settings: lines of the section ``[pgbouncer]``, over the usual ones.

    Raises:
        ServerRefused: it did not start; the message holds its last words.
    """
    account = server_account()
    program = _runnable(program, home, account)
    password = secrets.token_hex(16)
    users = {**users, ADMIN: password}
    configuration = _write(home, port=port, server=server, users=users, settings=settings)
    if account is not None:
        for path in (home, *home.glob("*.ini"), *home.glob("*.txt")):
            os.chown(path, account.uid, account.gid)
    with log.open("ab") as output:
        child = process.start(
            "pgbouncer",
            [*program.command, configuration],
            guard=guard,
            environment={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            output=output,
            cwd=home,
            account=account,
            stop_signal=signal.SIGTERM,
            group=False,
        )
    pooler = PgBouncerServer(port=port, admin_password=password, child=child, users=users)
    _wait_until_ready(pooler, log)
    return pooler


def _runnable(program: Program, home: Path, account: Account | None) -> Program:
    """Return a program the account can run: where it is, or a copy in its home."""
    if account is None or program.folder is None or account.may_enter(program.folder):
        return program
    copy = home / "program"
    shutil.copytree(program.folder, copy, symlinks=True)
    return Program(
        tuple(debian.Unpacked(copy).command("usr/sbin/pgbouncer")), program.version, copy
    )


def _write(
    home: Path,
    *,
    port: int,
    server: tuple[str, int],
    users: Mapping[str, str],
    settings: Mapping[str, str],
) -> Path:
    passwords = home / "users.txt"
    passwords.write_text("".join(f'"{name}" "{secret}"\n' for name, secret in users.items()))
    passwords.chmod(0o600)
    chosen = {
        "listen_addr": LOOPBACK,
        "listen_port": str(port),
        "unix_socket_dir": "",
        "auth_type": "scram-sha-256",
        "auth_file": os.fspath(passwords),
        "admin_users": ADMIN,
        "pool_mode": "transaction",
        "max_client_conn": "200",
        **settings,
    }
    lines = "".join(f"{name} = {value}\n" for name, value in chosen.items())
    configuration = home / "pgbouncer.ini"
    configuration.write_text(
        f"[databases]\n* = host={server[0]} port={server[1]}\n\n[pgbouncer]\n{lines}"
    )
    configuration.chmod(0o600)
    return configuration


def _wait_until_ready(pooler: PgBouncerServer, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        if pooler.child.ended() is not None:
            raise ServerRefused(f"PgBouncer did not start:\n{tail(log)}")
        try:
            psycopg.connect(pooler.admin_url(), connect_timeout=5, autocommit=True).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                pooler.child.stop()
                raise ServerRefused(f"PgBouncer does not answer:\n{tail(log)}") from None
            time.sleep(0.05)
        else:
            return
