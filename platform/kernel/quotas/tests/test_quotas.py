"""What plans allow: orders, text messages and people on the staff, and who is told."""

from __future__ import annotations

import threading
from typing import cast

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from kernel.access.models import Role, RoleAssignment, Staff
from kernel.access.staffing import change_staff, invite_staff
from kernel.checkout.errors import PlacementRefused
from kernel.common.outbox.models import OutboxEvent
from kernel.common.time import utc_now
from kernel.orders.models import Order
from kernel.quotas.errors import QuotaReached
from kernel.quotas.meters import meter_of
from kernel.quotas.models import Usage
from kernel.quotas.selectors import months_of, standings
from kernel.quotas.services import review, take, take_each
from kernel.tenancy.context import TenantRef, TenantThreadPool, tenant_context
from testkit.factories.orders import TESTER, make_variant, place
from testkit.modules import limited
from testkit.tenants import open_test_tenant
from testkit.web import console


def told() -> list[tuple[str, int]]:
    rows = OutboxEvent.objects.filter(name="quotas.reached").order_by("sequence")
    return [(row.payload["meter"], row.payload["percent"]) for row in rows]


def test_the_last_order_of_the_month_is_taken_and_the_next_is_refused(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    limits = limited(tenant_a, "orders", most=5)
    with tenant_context(limits):
        variant = make_variant()
        for _each in range(5):
            place((variant.pk, 1))

        with pytest.raises(PlacementRefused) as refusal:
            place((variant.pk, 1))

        [said] = cast("list[dict[str, object]]", refusal.value.fields["refusals"])
        assert said["code"] == "checkout.closed_for_now"
        assert Order.objects.count() == 5
        assert told() == [("orders", 80), ("orders", 100)]
    with tenant_context(tenant_b):
        place((make_variant().pk, 1))


def test_orders_that_came_before_the_limit_count_in_their_month(tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        variant = make_variant()
        place((variant.pk, 1))

    with tenant_context(limited(tenant_a, "orders", most=1)):
        with pytest.raises(PlacementRefused):
            place((variant.pk, 1))

        [meter] = [each for each in standings(now=utc_now()) if each.meter.code == "orders"]
        assert (meter.used, meter.percent, meter.state) == (1, 100, "full")


def test_a_soft_limit_stops_nothing_and_tells_once(tenant_a: TenantRef) -> None:
    with tenant_context(limited(tenant_a, "orders", soft=1)):
        variant = make_variant()
        for _each in range(3):
            place((variant.pk, 1))

        assert review(now=utc_now())
        [meter] = [each for each in standings(now=utc_now()) if each.meter.code == "orders"]
        assert (meter.used, meter.state) == (3, "over")
        assert told() == [("orders", 100)]


def test_without_a_limit_nothing_is_asked_of_the_database(tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a), CaptureQueriesContext(connection) as queries:
        take("orders", now=utc_now())

    assert len(queries) == 0


def test_a_limit_that_is_taken_back_lets_orders_through_again(tenant_a: TenantRef) -> None:
    with tenant_context(limited(tenant_a, "sms", most=0)):
        assert take_each("sms", [1], now=utc_now()) == [False]

    with tenant_context(limited(tenant_a, "sms")):
        assert take_each("sms", [1], now=utc_now()) == [True]


def test_nobody_more_is_invited_or_let_in_again_than_the_plan_has_places_for(
    tenant_a: TenantRef,
) -> None:
    with tenant_context(tenant_a):
        here = Staff.objects.filter(is_active=True, expires_at=None).count()
    with tenant_context(limited(tenant_a, "staff", most=here + 1)):
        owner = Staff.objects.create(email="boss@example.com", name="东家")
        role = Role.objects.create(code="boss", name="Boss", permissions=["*"])
        RoleAssignment.objects.create(staff=owner, role=role)

        with pytest.raises(QuotaReached):
            invite_staff(
                email="new@example.com",
                name="新",
                role_ids=[],
                stores=[],
                by=owner,
                actor=TESTER,
            )

        gone = Staff.objects.create(email="gone@example.com", name="走", is_active=False)
        with pytest.raises(QuotaReached):
            change_staff(
                gone.pk,
                name="走",
                role_ids=[],
                stores=[],
                is_active=True,
                by=owner,
                actor=TESTER,
            )
        assert not Staff.objects.filter(email="new@example.com").exists()


def test_the_page_and_the_api_say_what_was_used_and_what_happens_then(
    tenant_a: TenantRef,
) -> None:
    limits = limited(tenant_a, "orders", most=10)
    with tenant_context(limits):
        variant = make_variant()
        for _each in range(9):
            place((variant.pk, 1))
    with console(limits) as browser:
        browser.as_staff("plan.view")
        page = browser.get("/usage/", headers={"accept-language": "en"}).content.decode()
        told = browser.get("/api/v1/admin/usage/").json()["items"]
    with console(limits) as browser:
        browser.as_staff("orders.view", email="other@example.com")
        assert browser.get("/usage/").status_code == 403
        assert browser.get("/api/v1/admin/usage/").status_code == 403

    [orders] = [each for each in told if each["meter"] == "orders"]
    assert (orders["used"], orders["most"], orders["state"]) == (9, 10, "near")
    assert {each["meter"] for each in told} == {"orders", "sms", "staff", "media"}
    assert "90 %" in page
    assert "takes no more orders until the next month" in page
    with tenant_context(limits):
        assert [each.used for each in months_of(meter_of("orders"), now=utc_now(), number=3)] == [
            0,
            0,
            9,
        ]


@pytest.fixture
def narrow(committing: None) -> TenantRef:
    """A tenant of the test's own whose plan has room for two orders."""
    return limited(open_test_tenant(), "orders", most=2)


def test_the_last_place_is_given_once_to_many_at_the_same_moment(narrow: TenantRef) -> None:
    start = threading.Barrier(4)
    with tenant_context(narrow):
        variant = make_variant()

        def buy() -> bool:
            start.wait()
            try:
                place((variant.pk, 1))
            except PlacementRefused:
                return False
            finally:
                connections.close_all()
            return True

        with TenantThreadPool(4) as pool:
            placed = [each.result() for each in [pool.submit(buy) for _each in range(4)]]

        assert sum(placed) == 2
        assert Usage.objects.get(meter="orders").used == 2
