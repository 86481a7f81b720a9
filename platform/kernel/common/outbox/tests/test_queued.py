"""One message a tenant in the queue, so that a busy shop has no more turns than others."""

from __future__ import annotations

from uuid import UUID

import pytest

from kernel.common.outbox.queued import begin, queue_once
from kernel.tenancy.context import BrandRef, TenantRef, tenant_context


def shop(number: int) -> TenantRef:
    """A tenant on paper: nothing here needs tables."""
    name = f"shop {number}"
    return TenantRef(
        id=UUID(int=number), schema=f"t_{number:016d}", role="", name=name, brand=BrandRef(name)
    )


def test_a_tenant_has_one_message_in_the_queue_until_its_delivery_begins() -> None:
    sent: list[str] = []

    def ask(tenant: TenantRef) -> None:
        with tenant_context(tenant):
            queue_once(lambda: sent.append(tenant.name))

    one, two = shop(7_301), shop(7_302)
    for tenant in (one, one, two, one):
        ask(tenant)
    assert sent == [one.name, two.name]

    with tenant_context(one):
        begin()
    ask(one)
    ask(one)
    assert sent == [one.name, two.name, one.name]


def test_a_message_that_could_not_be_sent_does_not_stand_before_the_next() -> None:
    def fail() -> None:
        raise ConnectionError

    sent: list[bool] = []
    with tenant_context(shop(7_303)):
        with pytest.raises(ConnectionError):
            queue_once(fail)
        queue_once(lambda: sent.append(True))
    assert sent == [True]
