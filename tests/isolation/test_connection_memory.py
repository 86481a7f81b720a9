"""A connection does not grow without bound: it is replaced after so many schemas."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from kernel.access.models import Role
from kernel.tenancy.backend.metrics import CONNECTIONS_RECYCLED
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.tenants import open_test_tenant
from tests.isolation.poolers import connected


@pytest.fixture
def three(committing: None) -> list[TenantRef]:
    return [open_test_tenant() for _ in range(3)]


def visit(tenant: TenantRef) -> int:
    """Run a query as a tenant; return the server's process that answered."""
    with tenant_context(tenant):
        assert not Role.objects.filter(code="nobody").exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return int(cursor.fetchone()[0])


def test_a_connection_is_replaced_after_so_many_schemas(three: list[TenantRef]) -> None:
    before = CONNECTIONS_RECYCLED._value.get()
    with connected({}, {"tenants_per_connection": 2}):
        first, second, third = (visit(tenant) for tenant in three)

    assert first == second
    assert third != first
    assert CONNECTIONS_RECYCLED._value.get() == before + 1


def test_tenants_it_knows_already_do_not_wear_it_out(three: list[TenantRef]) -> None:
    with connected({}, {"tenants_per_connection": 2}):
        servers = {visit(tenant) for tenant in three[:2] * 10}

    assert len(servers) == 1


def test_it_is_not_replaced_inside_a_transaction(three: list[TenantRef]) -> None:
    with connected({}, {"tenants_per_connection": 2}), transaction.atomic():
        servers = {visit(tenant) for tenant in three}

    assert len(servers) == 1


def test_the_drivers_pool_drops_a_worn_out_connection(three: list[TenantRef]) -> None:
    changes = {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False}
    options = {"tenants_per_connection": 2, "pool": {"min_size": 1, "max_size": 1}}
    with connected(changes, options):
        servers = []
        for tenant in three:
            servers.append(visit(tenant))
            connection.close()

    assert servers[0] == servers[1] != servers[2]
