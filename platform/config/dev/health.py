"""What `stoa doctor` looks at: each check names what it found and what mends it."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from config.dev.state import FILE_VARIABLES, SERVER_PORTS, WEB, Checkout
from testkit.browser import INSTALL, find_browser
from testkit.servers import account, postgres, redis
from testkit.servers.errors import ServerRefused
from testkit.servers.ports import answers, is_free

NEEDED_BYTES: Final = 2 * 1024**3
PYTHON_FLOOR: Final = (3, 11)
# Earlier ones lose the tenant between transactions: they cannot track extra parameters.
PGBOUNCER_FLOOR: Final = (1, 25)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One row of the report.

    Attributes:
        passed: None when the check does not apply here.
        mend: command or action that cures it; empty when nothing is wrong.
    """

    check: str
    passed: bool | None
    found: str
    mend: str = ""


def check_python() -> Finding:
    """The interpreter's version."""
    found = ".".join(map(str, sys.version_info[:3]))
    return Finding(
        check="python",
        passed=sys.version_info >= PYTHON_FLOOR,
        found=found,
        mend="" if sys.version_info >= PYTHON_FLOOR else "make PYTHON=python3.11 setup",
    )


def check_disk() -> Finding:
    """Room for a cluster, its log and the dumps of archived tenants."""
    free = shutil.disk_usage(Checkout.here().root).free
    passed = free >= NEEDED_BYTES
    return Finding(
        check="disk",
        passed=passed,
        found=f"{free / 1024**3:.1f} GiB free",
        mend="" if passed else "free 2 GiB on the checkout's disk",
    )


def check_postgres() -> Finding:
    """The server that would be used: version and answer."""
    checkout = Checkout.here()
    state = checkout.load()
    url = os.environ.get("STOA_DATABASE_URL", "")
    try:
        if not url and not answers(state.ports.get("postgres", 0)):
            binaries = postgres.find_binaries()
            return Finding(check="postgresql", passed=True, found=f"embedded, at {binaries}")
        major = postgres.check_server(url or checkout.installation(state).admin_url)
    except ServerRefused as refusal:
        return Finding(
            check="postgresql",
            passed=False,
            found=str(refusal),
            mend="unset STOA_DATABASE_URL" if url else "make setup",
        )
    return Finding(check="postgresql", passed=True, found=f"{major}, answers")


def check_redis() -> Finding:
    """The Redis that would be used: version and answer."""
    checkout = Checkout.here()
    state = checkout.load()
    url = os.environ.get("STOA_REDIS_URL", "")
    try:
        if not url and not answers(state.ports.get("redis", 0)):
            return Finding(check="redis", passed=True, found=f"embedded, {redis.find_binary()}")
        version = redis.check_server(url or checkout.installation(state).redis_url)
    except ServerRefused as refusal:
        mend = "unset STOA_REDIS_URL" if url else "apt-get install redis-server"
        return Finding(check="redis", passed=False, found=str(refusal), mend=mend)
    return Finding(check="redis", passed=True, found=f"{version}, answers")


def check_account() -> Finding:
    """As root: an account that PostgreSQL can step down to."""
    try:
        chosen = account.server_account()
    except ServerRefused as refusal:
        return Finding(
            check="server account", passed=False, found=str(refusal), mend="useradd --system nobody"
        )
    found = f"root, servers run as {chosen.name}" if chosen else "not root, servers run as you"
    return Finding(check="server account", passed=True, found=found)


def check_ports() -> Finding:
    """Ports of the last start, or the usual ones: taken ones are no fault, they are moved."""
    checkout = Checkout.here()
    if checkout.holder() is not None:
        return Finding(check="ports", passed=True, found="in use by this checkout's demo")
    known = checkout.load().ports
    wanted = {name: known.get(name, port) for name, port in (SERVER_PORTS | WEB).items()}
    taken = [f"{name} {port}" for name, port in wanted.items() if not is_free(port)]
    found = f"taken, others will be found: {', '.join(taken)}" if taken else "free"
    return Finding(check="ports", passed=True, found=found)


def check_name() -> Finding:
    """Names below `localhost` must lead here without any DNS set-up."""
    import socket

    try:
        address = socket.getaddrinfo("shop.localhost", 80, proto=socket.IPPROTO_TCP)[0][4][0]
    except OSError:
        # Browsers answer these names themselves; only other programs need the resolver.
        return Finding(
            check="*.localhost",
            passed=None,
            found="known to browsers, not to this machine's resolver",
            mend="curl --resolve shop.localhost:8000:127.0.0.1 …",
        )
    return Finding(check="*.localhost", passed=True, found=str(address))


def check_pgbouncer() -> Finding:
    """PgBouncer where it is installed; it is not needed on one machine."""
    program = shutil.which("pgbouncer")
    if program is None:
        return Finding(check="pgbouncer", passed=None, found="not installed, not needed here")
    done = subprocess.run(  # noqa: S603 - a program we found, no shell
        [program, "--version"], capture_output=True, text=True, check=False
    )
    version = tuple(int(part) for part in re.findall(r"\d+", done.stdout)[:2])
    found = ".".join(map(str, version))
    passed = version >= PGBOUNCER_FLOOR
    return Finding(
        check="pgbouncer",
        passed=passed,
        found=found if passed else f"{found} loses the tenant between transactions",
        mend="" if passed else "install 1.25 or later from apt.postgresql.org, or connect directly",
    )


def check_pooler() -> Finding:
    """The PgBouncer that the installation goes through, asked at its console."""
    url = os.environ.get("STOA_PGBOUNCER_ADMIN_URL", "")
    if not url:
        return Finding(check="pooler", passed=None, found="none named")
    from kernel.tenancy.pooler import UnsafePooler, ask, faults

    try:
        pooler = ask(url)
    except UnsafePooler as refusal:
        return Finding(
            check="pooler", passed=False, found=str(refusal), mend="unset STOA_PGBOUNCER_ADMIN_URL"
        )
    found = faults(pooler)
    version = ".".join(map(str, pooler.version))
    return Finding(
        check="pooler",
        passed=not found,
        found="; ".join(found) or f"PgBouncer {version}, {pooler.mode}",
        mend="see infra/pgbouncer/README.md" if found else "",
    )


def check_files() -> Finding:
    """The file store, when one is named."""
    given = [name for name in FILE_VARIABLES if os.environ.get(name)]
    if not given:
        return Finding(check="file store", passed=None, found="local folder")
    missing = [name for name in FILE_VARIABLES[:4] if name not in given]
    if missing:
        return Finding(
            check="file store",
            passed=False,
            found=f"not set: {', '.join(missing)}",
            mend=f"export {missing[0]}=…",
        )
    return _check_bucket()


def _check_bucket() -> Finding:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    client = boto3.client(
        "s3",
        endpoint_url=os.environ["STOA_S3_ENDPOINT"],
        aws_access_key_id=os.environ["STOA_S3_ACCESS_KEY"],
        aws_secret_access_key=os.environ["STOA_S3_SECRET_KEY"],
        region_name=os.environ.get("STOA_S3_REGION", "us-east-1"),
        config=Config(connect_timeout=5, read_timeout=5, retries={"max_attempts": 1}),
    )
    bucket = os.environ["STOA_S3_BUCKET"]
    try:
        client.head_bucket(Bucket=bucket)
    except (BotoCoreError, ClientError) as error:
        return Finding(
            check="file store",
            passed=False,
            found=f"bucket {bucket}: {error}",
            mend="create the bucket and grant these keys access to it",
        )
    host = urlsplit(os.environ["STOA_S3_ENDPOINT"]).netloc
    return Finding(check="file store", passed=True, found=f"bucket {bucket} at {host}")


def check_browser() -> Finding:
    """Chromium, for journey tests only."""
    found = find_browser()
    if found is None:
        return Finding(
            check="browser", passed=None, found="none; journey tests need one", mend=INSTALL
        )
    return Finding(check="browser", passed=True, found=str(found))


def check_environment() -> Finding:
    """Whether the virtual environment is the one the locks describe."""
    missing = [name for name in ("django", "granian", "celery") if not _installed(name)]
    stamp = Path(sys.prefix) / "stoa.stamp"
    if missing or not stamp.exists():
        return Finding(
            check="environment",
            passed=not missing,
            found=f"missing: {', '.join(missing)}" if missing else "not made by make setup",
            mend="make setup",
        )
    return Finding(check="environment", passed=True, found=sys.prefix)


def _installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


# Others add theirs, for example what only a connection with privileges can see.
CHECKS: Final[list[Callable[[], Finding]]] = [
    check_python,
    check_environment,
    check_disk,
    check_account,
    check_postgres,
    check_redis,
    check_ports,
    check_name,
    check_pgbouncer,
    check_pooler,
    check_files,
    check_browser,
]
