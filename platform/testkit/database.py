"""A database of its own for each worker, with two tenants in it.

Imported by the root conftest. The first worker that comes builds a
template: roles, public tables, packs, two tenants. Every worker copies it,
which takes a tenth of a second. Tests run in a transaction that is rolled back;
those that must commit use `committing`, and make tenants of their own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from secrets import token_hex
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from psycopg import sql

from kernel.common.memory import settle
from kernel.tenancy.backend.address import database_settings
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from testkit.packs import kept_packs
from testkit.services import THROWN_AWAY_VARIABLE
from testkit.tenants import OWNER_EMAIL, OWNER_PASSWORD, open_test_tenant

_TEMPLATE = "template"


def _run() -> str:
    return str(settings.STOA_DB_PREFIX)


def _passwords() -> dict[str, str]:
    from tenants.ddl.names import LOGIN_KINDS

    return {kind: f"{kind}-of-{_run()}" for kind in LOGIN_KINDS}


def login_url(kind: str) -> str:
    """Return the address with which a kind of process signs in to this worker's database."""
    from tenants.ddl.prepare import with_role

    return with_role(
        settings.STOA_TEST_DATABASE_ADMIN_URL,
        role=f"{_run()}_{kind}",
        password=_passwords()[kind],
        database=settings.DATABASES["default"]["NAME"],
    )


@contextmanager
def _admin() -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(settings.STOA_TEST_DATABASE_ADMIN_URL, autocommit=True) as connection:
        yield connection


def _point_at(database: str, kind: str = "owner") -> None:
    """Sign the process in to a database as a kind of process."""
    from tenants.ddl.prepare import with_role

    url = with_role(
        settings.STOA_TEST_DATABASE_ADMIN_URL,
        role=f"{_run()}_{kind}",
        password=_passwords()[kind],
        database=database,
    )
    connections["default"].close()
    settings.DATABASES["default"].update(
        {key: value for key, value in database_settings(url).items() if key != "OPTIONS"}
    )
    connections["default"].settings_dict.update(settings.DATABASES["default"])


def _build_template(name: str) -> None:
    from tenants.ddl.packs import build_all
    from tenants.ddl.prepare import prepare
    from tenants.ddl.public import migrate_public

    prepare(
        settings.STOA_TEST_DATABASE_ADMIN_URL,
        prefix=_run(),
        database=name,
        passwords=_passwords(),
    )
    _point_at(name)
    migrate_public()
    build_all()
    for letter in ("a", "b"):
        open_test_tenant(f"tenant-{letter}", make_schema=True)
    connections["default"].close()


def _copy(admin: psycopg.Connection[Any], source: str, name: str) -> None:
    admin.execute(
        # By files: block by block through the log takes five times as long.
        sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY file_copy").format(
            sql.Identifier(name), sql.Identifier(source), sql.Identifier(f"{_run()}_owner")
        )
    )
    # Database-level grants are not copied with a template.
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    for kind in _passwords():
        admin.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                sql.Identifier(name), sql.Identifier(f"{_run()}_{kind}")
            )
        )


@contextmanager
def database_copy(source: str | None = None) -> Iterator[str]:
    """Work in a fresh copy of a database, and yield its name; it is dropped afterwards.

    For tests of what concerns all tenants at once. Nothing may be connected to
    the source.

    Args:
        source: the template of the run, with two tenants, when left out.
    """
    before = str(settings.DATABASES["default"]["NAME"])
    name = f"{before[:40]}_{token_hex(3)}"
    with _admin() as admin:
        connections["default"].close()
        _copy(admin, source or f"{_run()}_{_TEMPLATE}", name)
        try:
            _point_at(name)
            yield name
        finally:
            _point_at(before)
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def database_template(build: Callable[[], None]) -> Iterator[str]:
    """Keep a copy of the run's template that ``build`` has added to, and yield its name.

    The worker goes on in the database that it was in: only copies of this one
    are worked in.
    """
    before = str(settings.DATABASES["default"]["NAME"])
    name = f"{before[:40]}_{token_hex(3)}"
    with _admin() as admin:
        connections["default"].close()
        _copy(admin, f"{_run()}_{_TEMPLATE}", name)
        try:
            _point_at(name)
            build()
            _point_at(before)
            yield name
        finally:
            _point_at(before)
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def pytest_collection_finish() -> None:
    """Leave what is loaded out of later collections, as the processes of an installation do."""
    settle()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Give this worker its database; takes the place of pytest-django's own fixture."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    template, own = f"{_run()}_{_TEMPLATE}", f"{_run()}_{worker}"
    with kept_packs(), django_db_blocker.unblock(), _admin() as admin:
        admin.execute("SELECT pg_advisory_lock(hashtext(%s))", [template])
        exists = admin.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s AND datconnlimit = -1", [template]
        ).fetchone()
        ready = (
            exists
            and admin.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
                [template],
            ).fetchone()
        )
        if not ready or ready[0] != "ready":
            _build_template(template)
            admin.execute(
                sql.SQL("COMMENT ON DATABASE {} IS 'ready'").format(sql.Identifier(template))
            )
        _copy(admin, template, own)
        admin.execute("SELECT pg_advisory_unlock(hashtext(%s))", [template])
        _point_at(own)
    with kept_packs():
        yield
    with django_db_blocker.unblock():
        connections.close_all()
        # To delete the files of some hundred tenants takes half a minute.
        if THROWN_AWAY_VARIABLE not in os.environ:
            with _admin() as admin:
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(own)))


@pytest.fixture
def committing(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Let the test commit. It makes tenants of its own, with names of its own."""
    with django_db_blocker.unblock():
        yield
        for connection in connections.all(initialized_only=True):
            connection.close()


@pytest.fixture(autouse=True)
def _fresh_directory() -> Iterator[None]:
    """Forget what the process keeps of tenants: a rolled-back test leaves nothing true."""
    from django.contrib.contenttypes.models import ContentType

    from kernel.tenancy.content_types import ScopedContentTypeCache
    from kernel.tenancy.ports import directory

    directory().forget_all()  # type: ignore[attr-defined]
    ContentType.objects._cache = ScopedContentTypeCache()  # type: ignore[attr-defined]
    yield
    directory().forget_all()  # type: ignore[attr-defined]


def _by_name(name: str) -> TenantRef:
    from tenants.directory import read_tenant
    from tenants.models import Tenant

    # A test may have chosen a tenant before it asks for another one.
    with public_context():
        return read_tenant(Tenant.objects.get(name=name).pk)[0]


@pytest.fixture
def tenant_a(db: None) -> TenantRef:
    """A live tenant without modules; the test's changes are rolled back."""
    return _by_name("tenant-a")


@pytest.fixture
def tenant_b(db: None) -> TenantRef:
    """Another live tenant."""
    return _by_name("tenant-b")


@pytest.fixture
def in_tenant_a(tenant_a: TenantRef) -> Iterator[TenantRef]:
    """Run the test as tenant a."""
    with tenant_context(tenant_a):
        yield tenant_a


__all__ = ["OWNER_EMAIL", "OWNER_PASSWORD", "database_copy", "login_url", "open_test_tenant"]
