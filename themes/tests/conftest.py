"""A storefront with nothing in it yet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient, store
from themes.cache.counters import bump
from themes.sources import all_counters
from themes.tests.samples import Shelf


@pytest.fixture(autouse=True)
def _nothing_kept(tenant_a: TenantRef, tenant_b: TenantRef) -> None:
    """Pages that an earlier test drew are of rows that were rolled back."""
    for tenant in (tenant_a, tenant_b):
        with tenant_context(tenant):
            bump(*all_counters())


@pytest.fixture
def shelf(tenant_a: TenantRef) -> Iterator[Shelf]:
    with tenant_context(tenant_a):
        yield Shelf()


@pytest.fixture
def browser(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with store(tenant_a, headers={"Accept-Language": "en"}) as client:
        yield client
