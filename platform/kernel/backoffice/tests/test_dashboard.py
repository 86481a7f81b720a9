"""The home page as staff meet it."""

from __future__ import annotations

from kernel.analytics.services import roll_up
from kernel.backoffice.dashboard import DAYS, dashboard_for
from kernel.common.time import utc_now
from kernel.inventory.services import default_location, set_levels
from kernel.orders.models import Order
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import TESTER, make_variant
from testkit.web import TenantClient


def test_the_last_days_and_what_waits_are_shown(
    desk: TenantClient, tenant: TenantRef, paid_order: Order
) -> None:
    owner = desk.as_staff("*", email="boss@example.com")
    with tenant_context(tenant):
        roll_up(now=utc_now())
        seen = dashboard_for(owner, now=utc_now())

    assert seen.seen is not None
    assert len(seen.seen.points) == DAYS
    now = seen.seen.now
    assert (now["placed"], now["paid_minor"], now["refunded_minor"]) == (1, 9000, 0)
    assert seen.seen.points[-1].figures["paid_minor"] == 9000
    assert [each.count for each in seen.to_do] == [1, 0, 0, 0]
    text = desk.get("/").content.decode()
    assert "¥90.00" in text
    assert "Orders to ship" in text
    assert 'role="img"' in text


def test_little_stock_is_counted_and_listed(desk: TenantClient, tenant: TenantRef) -> None:
    owner = desk.as_staff("*", email="boss@example.com")
    with tenant_context(tenant):
        make_variant(title="Plenty", stock=50)
        short = make_variant(title="Rare", stock=1)
        set_levels(short.pk, default_location().pk, safety=0, low_at=5, actor=TESTER)
        seen = dashboard_for(owner, now=utc_now())

    assert [each.count for each in seen.to_do] == [0, 0, 0, 1]
    text = desk.get("/products/?low=1").content.decode()
    assert "Rare" in text
    assert "Plenty" not in text


def test_who_may_see_nothing_of_the_shop_has_a_home_page_without_it(desk: TenantClient) -> None:
    desk.as_staff("brand.manage")

    text = desk.get("/").content.decode()

    assert "Set up the shop" in text
    assert "Orders to ship" not in text
    assert 'role="img"' not in text
