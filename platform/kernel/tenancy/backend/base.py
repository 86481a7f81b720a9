"""Django's view of the connection that follows the current tenant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from select import POLLIN, poll
from time import monotonic
from typing import Any

from django.db.backends.postgresql.introspection import DatabaseIntrospection, TableInfo
from django.db.backends.postgresql.psycopg_any import register_tzloader
from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from django.db.models import Field, Model
from django.utils.asyncio import async_unsafe
from django_tenants.postgresql_backend.base import DatabaseWrapper as StockWrapper
from psycopg.pq import Format, TransactionStatus
from typing_extensions import override

from kernel.tenancy.backend.connection import (
    TenantConnection,
    TenantCursor,
    TenantServerBindingCursor,
    TenantServerSideCursor,
    visits_too_many,
)
from kernel.tenancy.backend.metrics import CONNECTIONS_RECYCLED
from kernel.tenancy.context import Maintenance, TenantRef, chosen_scope
from kernel.tenancy.errors import TenantSwitchRefused

_TIMESTAMPTZ_OID = 1184
_TABLES = """
    SELECT c.relname,
           CASE WHEN c.relispartition THEN 'p' WHEN c.relkind IN ('m', 'v') THEN 'v' ELSE 't' END,
           obj_description(c.oid, 'pg_class')
      FROM pg_catalog.pg_class c
     WHERE c.relkind IN ('f', 'm', 'p', 'r', 'v')
       AND c.relnamespace = current_schema()::regnamespace
"""


_TRUSTED_SECONDS = 5.0
# Of `preparing` alone: a client-side cursor prepares nothing.
_PREPARED_AFTER = 2


def _is_quiet(connection: Any) -> bool:
    """Tell whether a connection is idle and the server has nothing to say, such as good-bye."""
    if connection is None or connection.closed:
        return False
    if connection.info.transaction_status != TransactionStatus.IDLE:
        return False
    asked = poll()
    asked.register(connection.fileno(), POLLIN)
    return not asked.poll(0)


class SchemaIntrospection(DatabaseIntrospection):
    """Introspection of the current schema alone.

    Django's own table list scans the catalog of every tenant; with a thousand
    tenants that was most of the time of a migration.
    """

    @override
    def get_table_list(self, cursor: Any) -> list[Any]:
        """Return the tables and views of the current schema."""
        cursor.execute(_TABLES)
        return [TableInfo(*row) for row in cursor.fetchall()]


class SchemaEditor(DatabaseSchemaEditor):
    """Adds the database's own ON DELETE to fields that ask for it (`DBForeignKey`)."""

    # A foreign key of an added column is made like any other, so that it can
    # carry its ON DELETE and holds no lock longer than needed.
    sql_create_column_inline_fk = None  # type: ignore[assignment]

    def _create_like_index_sql(self, model: type[Model], field: Field[Any, Any]) -> None:
        """Make no second index for LIKE: text is ordered by code point, so the first serves.

        Installation prepares its databases with the collation C.UTF-8. A fifth
        of a shop's indexes would be such.
        """

    def _create_fk_sql(self, model: type[Model], field: Field[Any, Any], suffix: str) -> Any:
        statement = super()._create_fk_sql(model, field, suffix)  # type: ignore[misc]
        if action := getattr(field, "db_on_delete", None):
            statement.template = statement.template.replace(
                "%(deferrable)s", f" ON DELETE {action}%(deferrable)s"
            )
        return statement


class DatabaseWrapper(StockWrapper):
    """The backend named by ``ENGINE``.

    Differences from django-tenants' own: the tenant comes from the context
    alone, the path never contains ``public``, a role goes with it, and a
    connection that has seen too many schemas is replaced.

    Options in ``DATABASES[alias]["OPTIONS"]``:
        activation: ``session`` (default) or ``transaction`` (behind a pooler).
        tenants_per_connection: schemas a connection may visit before it is
            replaced; PostgreSQL keeps about 0.6 MB for each.
    """

    SchemaEditorClass = SchemaEditor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._starting = True
        self._answered_at = 0.0
        self._is_preparing = False
        super().__init__(*args, **kwargs)
        self._starting = False
        self.introspection = SchemaIntrospection(self)

    @property
    def schema_name(self) -> str:
        """The schema that the current scope works in."""
        scope = chosen_scope()
        return scope.schema if isinstance(scope, TenantRef | Maintenance) else "public"

    @schema_name.setter
    def schema_name(self, value: str | None) -> None:
        """Accept what the parent class initialises; the context alone decides."""

    @override
    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        """Refuse: only `tenant_context` chooses a tenant.

        Raises:
            TenantSwitchRefused: always, once the wrapper is built.
        """
        if not self._starting:
            raise TenantSwitchRefused("choose a tenant with kernel.tenancy.context.tenant_context")

    @override
    def set_schema(self, schema_name: str, *args: Any, **kwargs: Any) -> None:
        """Refuse, as `set_tenant` does."""
        self.set_tenant(schema_name)

    @override
    def _handle_search_path(self, cursor: Any = None) -> None:
        """Do nothing: the connection activates by itself, before each statement."""

    @override
    def get_connection_params(self) -> dict[str, Any]:
        """Return what psycopg connects with; our own options are taken out."""
        params: dict[str, Any] = super().get_connection_params()
        params.pop("activation", None)
        params.pop("tenants_per_connection", None)
        binding = self.settings_dict["OPTIONS"].get("server_side_binding") is True
        params["cursor_factory"] = TenantServerBindingCursor if binding else TenantCursor
        return params

    @property
    def pool(self) -> Any:
        """The psycopg pool of this alias, made of our connections."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if isinstance(options, dict):
            options.setdefault("connection_class", TenantConnection)
        return super().pool

    @override
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open a connection, or take one from the pool, and tell it how to activate."""
        if self.pool:
            connection = super().get_new_connection(conn_params)
        else:
            connection = TenantConnection.connect(**conn_params)
            super_isolation = self.settings_dict["OPTIONS"].get("isolation_level")
            if super_isolation is not None:
                connection.isolation_level = super_isolation
        connection.prepare_threshold = _PREPARED_AFTER
        connection.activation = self.settings_dict["OPTIONS"].get("activation", "session")
        return connection

    @override
    def is_usable(self) -> bool:
        """Tell whether the server is still there.

        Who asked a moment ago only looks whether it has hung up meanwhile: it says so
        on the line, which costs nothing to see. Otherwise every request begins with a
        statement that does nothing.
        """
        now = monotonic()
        if now - self._answered_at < _TRUSTED_SECONDS and _is_quiet(self.connection):
            return True
        is_there: bool = super().is_usable()
        self._answered_at = now if is_there else 0.0
        return is_there

    @override
    def _cursor(self, name: str | None = None) -> Any:
        self.ensure_connection()
        while self._recycled():
            # A pool may hand out another one that is just as full.
            self.ensure_connection()
        return super()._cursor(name=name) if name else super()._cursor()

    def _recycled(self) -> bool:
        """Close a connection that has visited too many schemas; tell whether it was.

        PostgreSQL keeps the catalog rows of each visited schema for the life of
        the session; `DISCARD ALL` frees nothing (measured).
        """
        connection = self.connection
        if self.in_atomic_block or not self.get_autocommit():
            return False
        limit = self.settings_dict["OPTIONS"].get("tenants_per_connection", 100)
        if not visits_too_many(connection, limit=limit):
            return False
        CONNECTIONS_RECYCLED.inc()
        # Closed before it goes back, so that a pool drops it.
        connection.close()
        self.close()
        return True

    @override
    @async_unsafe
    def create_cursor(self, name: str | None = None) -> Any:
        """Return a cursor that activates the scope; a named one keeps its rows on the server."""
        if name is None and not self._is_preparing:
            return super().create_cursor()
        if name is None:
            return self._with_timezone(TenantServerBindingCursor(self.connection))
        cursor = TenantServerSideCursor(
            self.connection, name=name, scrollable=False, withhold=self.connection.autocommit
        )
        return self._with_timezone(cursor)

    def _with_timezone(self, cursor: Any) -> Any:
        loader = self.connection.adapters.get_loader(_TIMESTAMPTZ_OID, Format.TEXT)
        if self.timezone != loader.timezone:
            register_tzloader(self.timezone, cursor)
        return cursor

    @contextmanager
    def preparing(self) -> Iterator[None]:
        """Have the server keep the plans of statements that are sent inside the block.

        For a few statements of fixed form: to plan them takes longer than to run them.
        When the tenant changes, the server plans anew by itself. Behind a pooler nothing
        is kept, since the next transaction may run in another session.
        """
        before = self._is_preparing
        self._is_preparing = self.settings_dict["OPTIONS"].get("activation") != "transaction"
        try:
            yield
        finally:
            self._is_preparing = before
