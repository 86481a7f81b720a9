"""Three tenants side by side, each with a mark of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from kernel.access.models import Role
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.tenants import open_test_tenant


def mark(tenant: TenantRef) -> str:
    return f"mark-{tenant.name}"


@pytest.fixture(scope="module")
def _opened(django_db_setup: None, django_db_blocker: Any) -> list[TenantRef]:
    with django_db_blocker.unblock():
        tenants = [open_test_tenant() for _number in range(3)]
        for tenant in tenants:
            with tenant_context(tenant):
                Role.objects.create(code=mark(tenant), name=mark(tenant))
        connection.close()
    return tenants


@pytest.fixture
def marked(_opened: list[TenantRef], committing: None) -> list[TenantRef]:
    """The same three for all tests of a module, none of which writes; a connection is open."""
    with tenant_context(_opened[0]):
        Role.objects.count()
    return _opened


@pytest.fixture
def store(settings: Settings) -> Callable[..., Any]:
    """Ask a storefront process, one request after another on the same thread."""
    settings.STOA_PROCESS = "store"
    settings.ROOT_URLCONF = "tests.isolation.urls"
    client = Client(raise_request_exception=False)

    def get(host: str, path: str, **headers: str) -> Any:
        return client.get(path, headers={"host": host, **headers})

    return get
