"""Prepares a PostgreSQL server for an installation: roles, database, privileges.

Runs with an administrator's address, may run again at any time, and is the only
place that needs more than the owner role.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from kernel.common.errors import DomainError
from tenants.ddl.names import LOGIN_KINDS

MINIMUM_VERSION = 180000

# Text by code point, the same on every machine: then an index serves LIKE 'a%' as well.
LIKE_OURS = sql.SQL(
    "ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C' TEMPLATE template0"
)

# What we have the server prepare looks rows up by their keys. It takes an array for ten
# values, finds the plan for one cheaper, and would plan each time anew, for longer than
# the rows take to find. Its price for a page out of turn is that of turning disks, for
# which it would read whole tables of a thousand rows.
_LOOKS_UP = {"plan_cache_mode": "force_generic_plan", "random_page_cost": "1.1"}
_ROLE_SETTINGS: Mapping[str, Mapping[str, str]] = {
    "store": {
        **_LOOKS_UP,
        "statement_timeout": "15s",
        "idle_in_transaction_session_timeout": "30s",
    },
    "console": {
        **_LOOKS_UP,
        "statement_timeout": "30s",
        "idle_in_transaction_session_timeout": "60s",
    },
    "channel": {
        **_LOOKS_UP,
        "statement_timeout": "30s",
        "idle_in_transaction_session_timeout": "60s",
    },
    "worker": {**_LOOKS_UP, "idle_in_transaction_session_timeout": "10min"},
    "owner": {},
}


class ServerTooOld(DomainError):
    """The PostgreSQL server is older than what tenancy rests on."""

    code = "tenants.server_too_old"
    title = _("PostgreSQL 18 or newer is needed.")


class WrongCollation(DomainError):
    """A database that was there already orders text by the rules of a language."""

    code = "tenants.wrong_collation"
    title = _("The database must be created with the built-in locale C.UTF-8.")


class NotEnoughRights(DomainError):
    """The administrator's address may not create roles or databases."""

    code = "tenants.not_enough_rights"
    title = _("The database address must be of a role that may create roles and databases.")


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `prepare` leaves behind: the address for each kind of process."""

    urls: Mapping[str, str]
    warnings: tuple[str, ...] = ()


def with_role(url: str, *, role: str, password: str, database: str) -> str:
    """Return the address with another role and database."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    netloc = f"{quote(role)}:{quote(password)}@{host}"
    return urlunsplit((parts.scheme, netloc, f"/{database}", parts.query, ""))


def prepare(
    admin_url: str, *, prefix: str, database: str, passwords: Mapping[str, str]
) -> Prepared:
    """Make roles, database and privileges; do nothing that is already done.

    The address must be of a role that may create roles and databases; there is a
    password for each kind of login role.

    Raises:
        ServerTooOld: the server is older than PostgreSQL 18, whose report of
            `search_path` activation rests on.
        WrongCollation: the database is there, with another order of text.
        NotEnoughRights: the address may not create roles or databases.
    """
    with psycopg.connect(admin_url, autocommit=True) as connection:
        if connection.info.server_version < MINIMUM_VERSION:
            raise ServerTooOld(
                f"This server is {connection.info.server_version // 10000}.",
                found=connection.info.server_version // 10000,
            )
        try:
            _make_roles(connection, prefix=prefix, passwords=passwords)
            _make_database(connection, prefix=prefix, database=database)
        except psycopg.errors.InsufficientPrivilege as error:
            raise NotEnoughRights(str(error)) from error
    inside = _replace_database(admin_url, database)
    with psycopg.connect(inside, autocommit=True) as connection:
        warnings = _restrict(connection, prefix=prefix)
    urls = {
        kind: with_role(
            admin_url, role=f"{prefix}_{kind}", password=passwords[kind], database=database
        )
        for kind in LOGIN_KINDS
    }
    return Prepared(urls=urls, warnings=tuple(warnings))


def _replace_database(url: str, database: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{database}", parts.query, ""))


def _make_roles(
    connection: psycopg.Connection[object], *, prefix: str, passwords: Mapping[str, str]
) -> None:
    # One preparation at a time: CREATE ROLE has no IF NOT EXISTS.
    connection.execute("SELECT pg_advisory_lock(hashtext('stoa prepare'))")
    try:
        group = f"{prefix}_tenants"
        _ensure_role(connection, group, "NOLOGIN")
        for kind, password in passwords.items():
            role = f"{prefix}_{kind}"
            extra = "LOGIN CREATEROLE CREATEDB" if kind == "owner" else "LOGIN"
            _ensure_role(connection, role, extra)
            connection.execute(
                sql.SQL("ALTER ROLE {} WITH PASSWORD {}").format(
                    sql.Identifier(role), sql.Literal(password)
                )
            )
            for name, value in _ROLE_SETTINGS[kind].items():
                connection.execute(
                    sql.SQL("ALTER ROLE {} SET {} TO {}").format(
                        sql.Identifier(role), sql.Identifier(name), sql.Literal(value)
                    )
                )
            option = sql.SQL("ADMIN TRUE, " if kind == "owner" else "")
            connection.execute(
                sql.SQL("GRANT {} TO {} WITH {}INHERIT FALSE, SET TRUE").format(
                    sql.Identifier(group), sql.Identifier(role), option
                )
            )
    finally:
        connection.execute("SELECT pg_advisory_unlock(hashtext('stoa prepare'))")


def _ensure_role(connection: psycopg.Connection[object], role: str, options: str) -> None:
    row = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = "ALTER" if row else "CREATE"
    connection.execute(
        sql.SQL("{} ROLE {} WITH {} NOSUPERUSER NOREPLICATION").format(
            sql.SQL(verb), sql.Identifier(role), sql.SQL(options)
        )
    )


def _make_database(connection: psycopg.Connection[object], *, prefix: str, database: str) -> None:
    owner = sql.Identifier(f"{prefix}_owner")
    row = connection.execute(
        "SELECT datlocprovider = 'b' OR datcollate IN ('C', 'POSIX') AND datlocprovider = 'c'"
        " FROM pg_database WHERE datname = %s",
        [database],
    ).fetchone()
    if row is not None and row != (True,):
        raise WrongCollation(database=database)
    if row is None:
        # An administrator that is no superuser must be a member to hand over ownership.
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(owner))
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} {}").format(
                sql.Identifier(database), owner, LIKE_OURS
            )
        )


def _restrict(connection: psycopg.Connection[object], *, prefix: str) -> list[str]:
    """Take from everybody what tenants' code must not have."""
    owner = sql.Identifier(f"{prefix}_owner")
    group = sql.SQL(", ").join(sql.Identifier(f"{prefix}_{kind}") for kind in LOGIN_KINDS)
    name = sql.Identifier(connection.info.dbname)
    statements: list[sql.Composed | sql.SQL] = [
        sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name),
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, group),
        sql.SQL("REVOKE ALL ON SCHEMA public FROM PUBLIC"),
        sql.SQL("ALTER SCHEMA public OWNER TO {}").format(owner),
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(group),
        sql.SQL("CREATE SCHEMA IF NOT EXISTS shared AUTHORIZATION {}").format(owner),
        sql.SQL("GRANT USAGE ON SCHEMA shared TO PUBLIC"),
    ]
    for statement in statements:
        connection.execute(statement)
    # With these gone, a tenant's role can be left by a plain SET only, which the
    # database backend refuses: nothing inside a query can compute one.
    guarded: list[sql.Composed | sql.SQL] = [
        sql.SQL(
            "REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC"
        ),
        sql.SQL(
            "GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO {}"
        ).format(owner),
        sql.SQL("REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC"),
        sql.SQL("GRANT USAGE ON LANGUAGE plpgsql TO {}").format(owner),
        # Channels and large objects belong to the whole database.
        sql.SQL("REVOKE EXECUTE ON FUNCTION pg_catalog.pg_notify(text, text) FROM PUBLIC"),
        sql.SQL("REVOKE EXECUTE ON FUNCTION pg_catalog.lo_creat(integer) FROM PUBLIC"),
        sql.SQL("REVOKE EXECUTE ON FUNCTION pg_catalog.lo_create(oid) FROM PUBLIC"),
        sql.SQL("REVOKE EXECUTE ON FUNCTION pg_catalog.lo_from_bytea(oid, bytea) FROM PUBLIC"),
    ]
    try:
        for statement in guarded:
            connection.execute(statement)
    except psycopg.errors.InsufficientPrivilege as error:
        return [f"The server keeps functions that only a superuser can revoke: {error}"]
    return []
