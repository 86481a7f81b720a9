"""Tenants whose ledgers tests may post to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kernel.tenancy.context import TenantRef, tenant_context
from testkit.tenants import open_test_tenant


@pytest.fixture
def books(committing: None) -> Iterator[TenantRef]:
    """A tenant of the test's own, entered; what is posted stays."""
    tenant = open_test_tenant()
    with tenant_context(tenant):
        yield tenant
