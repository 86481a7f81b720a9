"""The psycopg connection that follows the current tenant.

Before each statement the connection compares what the scope asks for with what
the server says it is set to, and only on a difference sends one round trip
that sets the role and the search path together. PostgreSQL 18 reports
`search_path`, so the comparison asks libpq's own copy: nothing is trusted that
a rollback, a pooler or a raw `SET` could have undone.

The path names the role: ``t_x`` alone is the tenant's own role, ``t_x, pg_temp``
the login role at work on a tenant's tables, ``public`` the login role. The two
are always set in one message, so one cannot change without the other.

Two ways of activation:

* ``session``: `SET`, kept until the next scope asks for something else.
* ``transaction``: `SET LOCAL` in front of the statement in the same message,
  for a pooler that may hand the next transaction to another server session.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import psycopg
from psycopg import errors, generators, pq, sql
from psycopg.abc import Params, Query
from psycopg.client_cursor import ClientCursorMixin
from typing_extensions import override

from kernel.tenancy.context import Maintenance, TenantRef, chosen_scope
from kernel.tenancy.errors import StatementRefused, TenantSwitchRefused

ActivationMode = Literal["session", "transaction"]

# What a tenant's code may begin a statement with. `SET`, `RESET`, `DISCARD`,
# `DO` and `PREPARE` are left out: with them a statement could leave its role.
_BLANK = r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/|\()*"
_VERBS = r"""
    select | insert | update | delete | with | merge | values | table | explain
  | savepoint | release | rollback\s+to | declare | fetch | move | close | copy | lock
  | set\s+constraints | set\s+transaction
  | set\s+local\s+(?:lock_timeout|statement_timeout|work_mem|synchronous_commit)
"""
_FLAGS = re.IGNORECASE | re.VERBOSE | re.DOTALL
_ALLOWED = re.compile(f"{_BLANK}(?:{_VERBS})\\b", _FLAGS)
_EMPTY = re.compile(rf"{_BLANK}\Z", re.IGNORECASE | re.DOTALL)


def refuse_role_changes(text: str) -> None:
    """Refuse a statement that begins with a verb which tenant code may not use.

    Utility statements cannot be computed inside another statement, and the
    functions that could (`set_config`, anonymous blocks) are revoked in the
    database, so looking at the beginning of each statement is enough.

    Raises:
        StatementRefused: the text begins with, or has after a semicolon,
            anything but an allowed verb.
    """
    if _ALLOWED.match(text) is None:
        raise StatementRefused(text.strip()[:80])
    if ";" in text:
        for part in text.split(";")[1:]:
            if _EMPTY.match(part) is None and _ALLOWED.match(part) is None:
                raise StatementRefused(part.strip()[:80])


def _target() -> tuple[str, str]:
    """Return the search path, as PostgreSQL reports it, and the role the scope asks for."""
    scope = chosen_scope()
    if isinstance(scope, TenantRef):
        return scope.schema, f'"{scope.role}"'
    if isinstance(scope, Maintenance):
        return f"{scope.schema}, pg_temp", "NONE"
    return "public", "NONE"


def _statements(path: str, role: str, *, local: bool) -> str:
    word = "SET LOCAL" if local else "SET"
    return f"{word} ROLE {role}; {word} search_path TO {path}; "


class TenantConnection(psycopg.Connection[Any]):
    """A connection whose cursors activate the current scope before they run.

    Attributes:
        activation: how, see the module.
        round_trips: how many activations were sent on their own.
        visited: schemas activated so far; the backend recycles the connection
            when there are too many, because PostgreSQL never forgets a schema.
    """

    activation: ActivationMode = "session"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visited: set[str] = set()
        self.round_trips = 0

    def reported_path(self) -> str:
        """Return the search path as the server last reported it."""
        value = self.pgconn.parameter_status(b"search_path")
        return value.decode() if value is not None else ""

    def forget_plans(self) -> None:
        """Have no statement be taken for prepared; the server's own are dropped at the next."""
        self._prepared.clear()

    def activate(self) -> str:
        """Bring role and search path in line with the scope; return a prefix to send.

        The prefix is empty unless the statement itself must carry the
        activation (transaction mode outside a transaction).
        """
        path, role = _target()
        status = self.pgconn.transaction_status
        # In a failed transaction only ROLLBACK is accepted, and that needs no tenant.
        if status == pq.TransactionStatus.INERROR:
            return ""
        if self.reported_path() == path:
            return ""
        self.visited.add(path)
        if self.activation == "transaction":
            if status == pq.TransactionStatus.IDLE and self.autocommit:
                return _statements(path, role, local=True)
            self._send(path, role, local=True)
            return ""
        self._send(path, role, local=False)
        return ""

    def _send(self, path: str, role: str, *, local: bool) -> None:
        command = _statements(path, role, local=local).encode()
        idle = self.pgconn.transaction_status == pq.TransactionStatus.IDLE
        if local and idle:
            # Begins the transaction first, without which LOCAL means nothing. A plain
            # psycopg cursor: one that activates would call itself.
            with psycopg.ClientCursor(self) as cursor:
                cursor.execute(command)
        else:
            # A cursor would cost more than the round trip. Before a transaction
            # this stays outside it, so a rollback does not undo it.
            with self.lock:
                self.wait(self._exchange(command))
        self.round_trips += 1

    def _exchange(self, command: bytes) -> Generator[Any, Any, None]:
        self.pgconn.send_query(command)
        for result in (yield from generators.execute(self.pgconn)):
            if result.status == pq.ExecStatus.FATAL_ERROR:
                raise errors.error_from_result(result, encoding="utf-8")


class _Activating:
    """What all our cursors share: activate, guard, run."""

    connection: TenantConnection

    def _prepare_statement(self, query: Query) -> str:
        if isinstance(chosen_scope(), TenantRef):
            refuse_role_changes(_text(query, self.connection))
        return self.connection.activate()

    def _prepare_bulk(self, query: Query) -> None:
        if self._prepare_statement(query):
            raise TenantSwitchRefused(
                "behind a transaction pooler, copy and executemany need transaction.atomic()"
            )


def _text(query: Query, connection: psycopg.Connection[Any]) -> str:
    if isinstance(query, str):
        return query
    if isinstance(query, bytes):
        return query.decode()
    if isinstance(query, sql.Composable):
        return query.as_string(connection)
    raise StatementRefused("a template query")


class TenantCursor(_Activating, psycopg.ClientCursor[Any]):
    """Client-side binding, the default."""

    @override
    def execute(self, query: Query, params: Params | None = None, **options: Any) -> Any:
        """Run a statement in the current scope."""
        prefix = self._prepare_statement(query)
        if not prefix:
            return super().execute(query, params, **options)  # type: ignore[arg-type]
        super().execute(prefix + _text(query, self.connection), params, **options)
        # The two SETs answer first; the statement's own result is the third.
        self.nextset()
        self.nextset()
        return self

    @override
    def executemany(self, query: Query, params_seq: Iterable[Params], **options: Any) -> None:
        """Run a statement for each parameter set in the current scope."""
        self._prepare_bulk(query)
        super().executemany(query, params_seq, **options)

    @override
    def stream(self, query: Query, params: Params | None = None, **options: Any) -> Iterator[Any]:
        """Stream rows in the current scope."""
        self._prepare_bulk(query)
        return super().stream(query, params, **options)

    @override
    @contextmanager
    def copy(self, statement: Query, params: Params | None = None, **options: Any) -> Any:
        """Copy rows in or out in the current scope."""
        self._prepare_bulk(statement)
        with super().copy(statement, params, **options) as copy:
            yield copy


class TenantServerBindingCursor(_Activating, psycopg.Cursor[Any]):
    """Server-side binding: when ``server_side_binding`` is chosen, and for kept plans."""

    @override
    def execute(self, query: Query, params: Params | None = None, **options: Any) -> Any:
        """Run a statement in the current scope.

        A release may change the type of a column while we serve: the server then refuses
        the plans that it kept, and they are made anew. Inside a transaction that fails
        once, as any statement would that met the change half-way.
        """
        self._prepare_bulk(query)
        try:
            return super().execute(query, params, **options)  # type: ignore[arg-type]
        except errors.FeatureNotSupported:
            self.connection.forget_plans()
            if self.connection.pgconn.transaction_status != pq.TransactionStatus.IDLE:
                raise
            return super().execute(query, params, **options)  # type: ignore[arg-type]

    @override
    def executemany(self, query: Query, params_seq: Iterable[Params], **options: Any) -> None:
        """Run a statement for each parameter set in the current scope."""
        self._prepare_bulk(query)
        super().executemany(query, params_seq, **options)

    @override
    def _send_query_prepared(self, name: bytes, pgq: Any, **options: Any) -> None:
        # psycopg notes what it sends, but for this way of sending.
        self._query = pgq
        super()._send_query_prepared(name, pgq, **options)


class TenantServerSideCursor(_Activating, ClientCursorMixin[Any], psycopg.ServerCursor[Any]):
    """A named cursor; the rows keep coming from the tenant it was opened in."""

    @override
    def execute(self, query: Query, params: Params | None = None, **options: Any) -> Any:
        """Declare the cursor in the current scope."""
        self._prepare_bulk(query)
        return super().execute(query, params, **options)


def visits_too_many(connection: TenantConnection, *, limit: int) -> bool:
    """Tell whether activating the current scope would pass the limit of schemas."""
    path, _role = _target()
    return path not in connection.visited and len(connection.visited) >= limit


__all__: Sequence[str] = [
    "TenantConnection",
    "TenantCursor",
    "TenantServerBindingCursor",
    "TenantServerSideCursor",
    "refuse_role_changes",
    "visits_too_many",
]
