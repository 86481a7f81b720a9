"""Servers of a benchmark's own, and the processes that work on them."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from infra.bench import sample
from testkit.servers import postgres, process, redis
from testkit.servers.account import reachable_home, server_account
from testkit.servers.guard import Guard
from testkit.servers.ports import LOOPBACK, answers, free_ports
from testkit.services import PACKS_VARIABLE

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "bench"
SHOP_SETTINGS = "config.settings.base"
KINDS = ("store", "console", "channel", "worker", "owner")
# As on a small server of its own: durable, with memory for the catalogs of many tenants.
SERVER_SETTINGS = {
    "shared_buffers": "1GB",
    "max_locks_per_transaction": "4096",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
}

Progress = Callable[[str, int, int], None]


class BenchFailed(RuntimeError):
    """A process of the benchmark ended with an error; the message holds its last words."""


@dataclass
class Machine:
    """What a benchmark works on.

    Attributes:
        storefront_pid: the storefront's main process, once there is one.
        folder: the sample apps, on the import path of every process.
        quick: few rounds, for tests of the benchmark itself.
        progress: told what is being done, and how far it is.
    """

    admin_url: str
    redis_url: str
    folder: Path
    guard: Guard
    logs: Path
    quick: bool
    progress: Progress
    server_pid: int
    passwords: dict[str, str] = field(default_factory=dict)
    storefront_pid: int = 0
    _children: list[process.Child] = field(default_factory=list)
    _is_installed: bool = False
    _has_stock: bool = False

    def size(self, full: int, quick: int) -> int:
        """Return a number of rounds or tenants."""
        return quick if self.quick else full

    def ours(self, step: str, *, column: bool = False, **arguments: Any) -> Any:
        """Run a step of our side in a process of its own, and return its result.

        Args:
            step: a function of `infra.bench.ours.steps`.
            column: on the release that adds the column.
            arguments: the step's own.
        """
        return self._run(
            f"infra.bench.ours.steps:{step}", self._our_environment(column=column), arguments
        )

    def stock(self, step: str, *, column: bool = False, **arguments: Any) -> Any:
        """Run a step of the stock project, as `ours` does."""
        settings = {
            "DJANGO_SETTINGS_MODULE": "infra.bench.stock.settings",
            "STOA_PROCESS_DATABASE_URL": _other_database(self.admin_url, "stock"),
        }
        environment = self._our_environment(column=column) | settings
        return self._run(f"infra.bench.stock.steps:{step}", environment, arguments)

    def shop(self, step: str, **arguments: Any) -> Any:
        """Run a step of the shops' benchmarks, with the settings that are served.

        Args:
            step: a function of `infra.bench.shop.steps`, or ``module:function`` of another there.
            arguments: the step's own.
        """
        environment = self._our_environment() | {"DJANGO_SETTINGS_MODULE": SHOP_SETTINGS}
        target = step if ":" in step else f"steps:{step}"
        return self._run(f"infra.bench.shop.{target}", environment, arguments)

    def serve_storefront(self, *, workers: int = 1, settings: str = "") -> int:
        """Start a storefront, and return its port; it ends with the machine."""
        static = self.folder / "static"
        static.mkdir(exist_ok=True)
        environment = self._our_environment(kind="store")
        if settings:
            environment["DJANGO_SETTINGS_MODULE"] = settings
        port = free_ports(1)[0]
        with (self.logs / "store.log").open("ab") as output:
            child = process.start(
                "store",
                [
                    *(sys.executable, "-m", "granian", "--interface=wsgi"),
                    *(f"--host={LOOPBACK}", f"--port={port}", f"--workers={workers}"),
                    *("--static-path-route=/static", f"--static-path-mount={static}"),
                    *("--blocking-threads=4", "config.wsgi:application"),
                ],
                guard=self.guard,
                environment=environment,
                output=output,
                cwd=ROOT,
            )
        self._children.append(child)
        self.storefront_pid = child.pid
        while not answers(port):
            if child.ended() is not None:
                raise BenchFailed(postgres.tail(self.logs / "store.log"))
        return port

    def install(self) -> None:
        """Prepare our installation, unless a benchmark before did so on the same machine."""
        if not self._is_installed:
            self.ours("install")
            self._is_installed = True

    def install_stock(self) -> None:
        """Prepare the stock project, as `install` does ours."""
        if not self._has_stock:
            self.stock("install")
            self._has_stock = True

    def fill_ours(self, to: int) -> None:
        """Open tenants on our side until there are so many; not timed."""
        with self._careless():
            self.ours("fill", to=to)

    def fill_stock(self, to: int) -> None:
        """Copy tenants on the stock side until there are so many; not timed."""
        with self._careless():
            self.stock("fill", to=to)

    @contextlib.contextmanager
    def _careless(self) -> Iterator[None]:
        """Let the server not wait for its disk while it is filled.

        Whoever is timed afterwards finds a durable server with nothing left to write.
        """
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            admin.execute("ALTER SYSTEM SET fsync = off")
            admin.execute("SELECT pg_reload_conf()")
            yield
            self.progress("checkpoint", 0, 1)
            admin.execute("CHECKPOINT")
            admin.execute("ALTER SYSTEM SET fsync = on")
            admin.execute("SELECT pg_reload_conf()")

    def stop(self) -> None:
        """Stop what was started here."""
        for child in self._children:
            child.stop()

    def _our_environment(self, *, column: bool = False, kind: str = "cli") -> dict[str, str]:
        releases = sample.releases(small=self.quick, column=column)
        login = "owner" if kind == "cli" else kind
        packs = os.environ.get(PACKS_VARIABLE) if self.quick else None
        return {
            **({PACKS_VARIABLE: packs} if packs else {}),
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": f"{self.folder}:{ROOT / 'platform'}:{ROOT}",
            "DJANGO_SETTINGS_MODULE": "infra.bench.settings",
            "STOA_PROCESS": kind,
            "STOA_DB_PREFIX": PREFIX,
            "STOA_SECRET_KEY": "of-a-benchmark-that-is-thrown-away",
            "STOA_STATE_DIR": str(self.folder / "state"),
            "STOA_STATIC_ROOT": str(self.folder / "static"),
            "STOA_MEDIA_ROOT": str(self.folder / "media"),
            "STOA_REDIS_URL": self.redis_url,
            "STOA_HTTPS": "no",
            "STOA_WARM_POOL_SIZE": "0",
            "STOA_BENCH_RELEASES": json.dumps(releases),
            "STOA_BENCH_ADMIN_URL": self.admin_url,
            "STOA_BENCH_PASSWORDS": json.dumps(self.passwords),
            "STOA_PROCESS_DATABASE_URL": _login_url(self.admin_url, login, self.passwords[login]),
        }

    def _run(self, target: str, environment: dict[str, str], arguments: dict[str, Any]) -> Any:
        command = [sys.executable, "-m", "infra.bench.child", target, json.dumps(arguments)]
        log = self.logs / "child.log"
        with log.open("w+b") as errors:
            running = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command,
                env=environment,
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
            self.guard.watch(running.pid, stop_signal=15, group=True)
            result = self._follow(running)
            running.wait()
            self.guard.forget(running.pid)
        if running.returncode != 0:
            raise BenchFailed(f"{target} failed:\n{postgres.tail(log, lines=40)}")
        return result

    def _follow(self, running: subprocess.Popen[str]) -> Any:
        """Pass the child's progress on, and return what it says at the end."""
        result = None
        if running.stdout is None:
            return result
        for line in running.stdout:
            if not line.startswith("{"):
                continue
            said = json.loads(line)
            if "result" in said:
                result = said["result"]
            elif "doing" in said:
                self.progress(said["doing"], said["done"], said["total"])
        return result


def _login_url(admin_url: str, kind: str, password: str) -> str:
    parts = psycopg.conninfo.conninfo_to_dict(admin_url)
    return f"postgresql://{PREFIX}_{kind}:{password}@{parts['host']}:{parts['port']}/{PREFIX}"


def _other_database(admin_url: str, database: str) -> str:
    return f"{admin_url.rpartition('/')[0]}/{database}"


@contextlib.contextmanager
def machine(*, quick: bool, progress: Progress) -> Iterator[Machine]:
    """Start servers for one benchmark; nothing of them is left afterwards."""
    home = reachable_home(postgres.disposable_home(durable=not quick), server_account())
    guard = Guard(remove=[home])
    with contextlib.ExitStack() as stack:
        # A thousand tenants are some 700,000 files: the figures need not wait for their removal.
        stack.callback(guard.close, wait=quick)
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="stoa-bench-")))
        progress("servers", 0, 1)
        ports = free_ports(2)
        server = postgres.start(
            home=home,
            port=ports[0],
            password=secrets.token_hex(16),
            guard=guard,
            log=scratch / "postgres.log",
            durable=True,
            extra=SERVER_SETTINGS,
        )
        stack.callback(server.child.stop)
        cache = redis.start(
            home=scratch / "redis",
            port=ports[1],
            password=secrets.token_hex(16),
            guard=guard,
            log=scratch / "redis.log",
            durable=False,
        )
        stack.callback(cache.child.stop)
        folder = sample.write(scratch / "apps", small=quick).path
        with psycopg.connect(server.url(), autocommit=True) as admin:
            admin.execute("CREATE DATABASE stock")
        made = Machine(
            admin_url=server.url(),
            redis_url=cache.url(),
            folder=folder,
            guard=guard,
            logs=scratch,
            quick=quick,
            progress=progress,
            server_pid=server.child.pid,
            passwords={kind: secrets.token_hex(16) for kind in KINDS},
        )
        stack.callback(made.stop)
        yield made
