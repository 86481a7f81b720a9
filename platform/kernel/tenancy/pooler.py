"""Refuses a connection pooler that would hand one tenant's rows to another.

Behind PgBouncer in transaction mode, each transaction may run on another server
session. Activation is sent with each of them, and whether one is needed is read
from what the server reports of `search_path`. That report is right for the
client only if PgBouncer follows it (`track_extra_parameters`, 1.20), if the
server sends it (PostgreSQL 18), and if a user cannot inject it while PgBouncer
signs in (repaired in 1.25.1, CVE-2025-12819). Measured with an older one: every
second row came from the wrong tenant, without any error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import psycopg
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError
from kernel.tenancy.context import public_context

FLOOR = (1, 25)
SERVER_FLOOR = 18
_SECONDS = 5
_NO_CONSOLE = (
    "the pooler's console is not named, so its version cannot be checked;"
    " set STOA_PGBOUNCER_ADMIN_URL=postgresql://user:password@host:6432/pgbouncer"
)


class UnsafePooler(DomainError):
    """The pooler in front of the database cannot keep tenants apart."""

    code = "tenancy.unsafe_pooler"
    status = 500
    title = _("The connection pooler cannot keep tenants apart.")


@dataclass(frozen=True, slots=True)
class Pooler:
    """What a PgBouncer says of itself.

    Attributes:
        tracked: parameters it follows beyond its usual ones, in lower case.
        server: major version of the PostgreSQL behind it; None when it was not asked.
    """

    version: tuple[int, ...]
    mode: str
    tracked: frozenset[str]
    server: int | None = None


def ask(admin_url: str) -> Pooler:
    """Ask PgBouncer's administration console.

    Raises:
        UnsafePooler: it does not answer, or is no PgBouncer.
    """
    try:
        with psycopg.connect(
            admin_url,
            autocommit=True,
            connect_timeout=_SECONDS,
            cursor_factory=psycopg.ClientCursor,
        ) as console:
            version = _words(console.execute("SHOW VERSION").fetchone())
            config = {row[0]: row[1] for row in console.execute("SHOW CONFIG").fetchall()}
    except psycopg.Error as error:
        raise UnsafePooler(f"PgBouncer does not answer at its console: {error}".strip()) from error
    tracked = re.split(r"[,\s]+", str(config.get("track_extra_parameters") or "").lower())
    return Pooler(
        version=tuple(int(number) for number in re.findall(r"\d+", version)[:3]),
        mode=str(config.get("pool_mode", "")),
        tracked=frozenset(tracked) - {""},
    )


def _words(row: tuple[Any, ...] | None) -> str:
    return " ".join(map(str, row or ()))


def faults(pooler: Pooler) -> list[str]:
    """Return why a pooler must not be used; empty when it may."""
    found = []
    if pooler.version < FLOOR:
        version = ".".join(map(str, pooler.version))
        found.append(
            f"PgBouncer {version} is older than 1.25: it loses the tenant between transactions;"
            " install 1.25 or later from apt.postgresql.org, or connect directly"
        )
    if "search_path" not in pooler.tracked:
        found.append(
            "PgBouncer does not follow search_path; set in pgbouncer.ini:"
            " track_extra_parameters = search_path"
        )
    if pooler.mode == "statement":
        found.append("PgBouncer pools statements; set in pgbouncer.ini: pool_mode = transaction")
    if pooler.server is not None and pooler.server < SERVER_FLOOR:
        found.append(
            f"PostgreSQL {pooler.server} does not report search_path; {SERVER_FLOOR} or newer does"
        )
    return found


def server_version() -> int:
    """Return the major version of the server that this process uses, through the pooler."""
    with public_context():
        connection = connections[DEFAULT_DB_ALIAS]
        connection.ensure_connection()
        return int(connection.connection.info.server_version // 10_000)


def refuse_unsafe_pooler() -> None:
    """Refuse to start behind a pooler that loses tenants; called at the start of a process.

    Raises:
        UnsafePooler: names every fault and what mends it.
    """
    if found := pooler_faults():
        raise UnsafePooler("; ".join(found))


def pooler_faults() -> list[str]:
    """Return what is wrong with the pooler that the settings name; empty without one."""
    options = settings.DATABASES[DEFAULT_DB_ALIAS].get("OPTIONS", {})
    admin_url = getattr(settings, "STOA_PGBOUNCER_ADMIN_URL", "")
    if not admin_url:
        if options.get("activation") != "transaction":
            return []
        return [_NO_CONSOLE]
    found = []
    if options.get("activation") != "transaction":
        found.append("behind PgBouncer each transaction must be activated; set STOA_DB_POOLER=yes")
    asked = ask(admin_url)
    found += faults(Pooler(asked.version, asked.mode, asked.tracked, server=server_version()))
    return found


@register(Tags.database, "tenancy")
def check_pooler(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """Report an unsafe pooler (tenancy.E001)."""
    del app_configs, kwargs
    try:
        found = pooler_faults()
    except UnsafePooler as refusal:
        found = [str(refusal)]
    return [Error(text, id="tenancy.E001") for text in found]
