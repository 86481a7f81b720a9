from __future__ import annotations

from collections.abc import Iterator

import pytest

from kernel.members.models import Member
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.modules import switched_on


@pytest.fixture
def tenant(tenant_a: TenantRef) -> TenantRef:
    """Tenant a with check-in."""
    return switched_on(tenant_a, "check_in")


@pytest.fixture
def in_tenant(tenant: TenantRef) -> Iterator[TenantRef]:
    with tenant_context(tenant):
        yield tenant


@pytest.fixture
def member(in_tenant: TenantRef) -> Member:
    return Member.objects.create(login="lan@example.com", name="兰兰")
