"""Tenants whose programmes tests may run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kernel.tenancy.context import TenantRef, tenant_context
from testkit.tenants import open_test_tenant


@pytest.fixture
def shop(committing: None) -> Iterator[TenantRef]:
    """A sandbox of the test's own, entered, where no mode needs an approval."""
    tenant = open_test_tenant(kind="sandbox")
    with tenant_context(tenant):
        yield tenant
