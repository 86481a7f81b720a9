"""Tenants on real connections: what these tests commit stays committed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kernel.tenancy.context import TenantRef, tenant_context
from testkit.tenants import open_test_tenant


@pytest.fixture
def tenant(committing: None) -> TenantRef:
    """A tenant of the test's own; not entered."""
    return open_test_tenant()


@pytest.fixture
def inside(tenant: TenantRef) -> Iterator[TenantRef]:
    """The same tenant, entered."""
    with tenant_context(tenant):
        yield tenant
