from __future__ import annotations

from collections.abc import Iterator

import pytest

from kernel.orders.models import Order
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import make_variant, orders_in, pay, place
from testkit.web import TenantClient, console


@pytest.fixture
def tenant(tenant_a: TenantRef) -> TenantRef:
    return tenant_a


@pytest.fixture
def desk(tenant: TenantRef) -> Iterator[TenantClient]:
    """A console, in English, in which nobody is signed in."""
    with console(tenant, headers={"Accept-Language": "en"}) as client:
        yield client


@pytest.fixture
def paid_order(tenant: TenantRef) -> Order:
    """A paid order of five pieces of one thing and one of another."""
    with tenant_context(tenant):
        tea, cup = make_variant(minor=1200), make_variant(minor=3000)
        group = place((tea.pk, 5), (cup.pk, 1))
        pay(group)
        return orders_in(group)[0]
