"""Switches modules on and off in tests, and carries modules that live outside ``apps``."""

from __future__ import annotations

import importlib
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.urls import clear_url_caches

from kernel.audit.actor import Actor
from kernel.common.ids import uuid7
from kernel.common.time import utc_now
from kernel.modules.registry import (
    ENTRY_POINT_GROUP,
    app_config_of,
    forget_modules,
    manifests,
    requirements_of,
)
from kernel.tenancy.context import TenantRef
from kernel.tenancy.ports import directory

ACTOR = Actor.system("tests")


def switched_on(tenant: TenantRef, *codes: str) -> TenantRef:
    """Switch modules on with what they require, and return the tenant as it is then."""
    from tenants.services.grants import give
    from tenants.services.modules import enable

    for code in codes:
        for needed in [*requirements_of(code, manifests()), code]:
            give(tenant.id, needed, source_type="test", source_id=uuid7().hex, actor=ACTOR)
            enable(tenant.id, needed, actor=ACTOR)
    return anew(tenant.id)


def switched_off(tenant: TenantRef, code: str) -> TenantRef:
    """Switch a module off, and return the tenant as it is then."""
    from tenants.services.modules import disable

    disable(tenant.id, code, actor=ACTOR)
    return anew(tenant.id)


def right_ends(tenant: TenantRef, code: str, *, days_ago: int, off_days_ago: int) -> TenantRef:
    """Replace the rights to a module by one that ended so many days ago; negative lies ahead."""
    from tenants.services.grants import give, revoke

    now = utc_now()
    revoke(tenant.id, code, actor=ACTOR)
    give(
        tenant.id,
        code,
        source_type="test",
        source_id=uuid7().hex,
        actor=ACTOR,
        starts_at=now - timedelta(days=365),
        ends_at=now - timedelta(days=days_ago),
        off_at=now - timedelta(days=off_days_ago),
    )
    return anew(tenant.id)


def limited(tenant: TenantRef, feature: str, **limits: int) -> TenantRef:
    """Replace the rights to a feature by one with these limits; without any none is left."""
    from tenants.services.grants import give, revoke

    revoke(tenant.id, feature, actor=ACTOR)
    if limits:
        source = uuid7().hex
        give(tenant.id, feature, source_type="test", source_id=source, actor=ACTOR, limits=limits)
    return anew(tenant.id)


def anew(tenant_id: UUID) -> TenantRef:
    """Return a tenant as it is now: inside a test's transaction no change is announced."""
    directory().forget(tenant_id)
    return directory().by_id(tenant_id)


@contextmanager
def carrying(*references: str) -> Iterator[None]:
    """Carry more modules inside the block, found as those of another distribution are.

    Args:
        references: ``package.manifest:manifest`` of each.
    """
    with tempfile.TemporaryDirectory(prefix="modules-") as folder:
        _write_distribution(Path(folder), references)
        sys.path.insert(0, folder)
        _carried.append(folder)
        try:
            _forget()
            ours = [app_config_of(manifest) for manifest in manifests().values()]
            more = [name for name in ours if name not in settings.INSTALLED_APPS]
            with override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, *more]):
                _forget()
                _draw_up_routes()
                yield
        finally:
            sys.path.remove(folder)
            _carried.remove(folder)
            _forget()
            _draw_up_routes()


def carried(*references: str) -> Any:
    """Return a fixture that carries modules for all tests of a file, compiled beforehand.

    Assign it to any name in the file::

        lamp = carried("somewhere.lamp.manifest:manifest")
    """

    @pytest.fixture(scope="module", autouse=True)
    def modules(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
        from tenants.ddl.packs import pack_for

        before = set(manifests())
        with carrying(*references):
            # A test's transaction could not see the scratch database.
            with django_db_blocker.unblock():
                for code in set(manifests()) - before:
                    pack_for(code)
                connection.close()
            yield

    return modules


_carried: list[str] = []


def carried_folders() -> list[str]:
    """Return what other processes need on their path to carry the same modules."""
    return list(_carried)


def _write_distribution(folder: Path, references: tuple[str, ...]) -> None:
    info = folder / "modules_of_a_test-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: modules-of-a-test\nVersion: 1.0\n", encoding="utf-8"
    )
    lines = [f"module{number} = {name}" for number, name in enumerate(references)]
    text = "\n".join([f"[{ENTRY_POINT_GROUP}]", *lines, ""])
    (info / "entry_points.txt").write_text(text, encoding="utf-8")


def _forget() -> None:
    from tenants.ddl.segments import forget_migrations

    forget_modules()
    forget_migrations()


def _draw_up_routes() -> None:
    # The routes of all modules are drawn up when these are imported.
    for name in ("config.urls_store", "config.urls_console"):
        if name in sys.modules:
            importlib.reload(sys.modules[name])
    clear_url_caches()
