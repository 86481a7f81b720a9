"""A shop is run from its console, on a telephone and at a desk."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from kernel.orders.models import Order
from kernel.tenancy.context import tenant_context
from kernel.tenancy.ports import directory
from testkit.factories.orders import make_variant, orders_in, pay, place
from tests.journeys.conftest import PASSWORD, Shop, Site
from tests.journeys.test_opening_a_shop import open_page, sign_in

PAGES = ("/", "/orders/", "/products/", "/imports/", "/members/", "/payments/add/", "/ledger/")


@pytest.fixture
def paid(shop: Shop) -> Order:
    """A paid order of three pieces."""
    tenant = directory().by_host(shop.console, kind="console")
    assert tenant is not None
    with tenant_context(tenant):
        group = place((make_variant(title="Linen shirt").pk, 3))
        pay(group)
        return orders_in(group)[0]


def send(page: Page, tracking: str, quantity: str) -> None:
    page.fill("#ship input[type=number]", quantity)
    page.fill("#id_carrier", "SF Express")
    page.fill("#id_tracking", tracking)
    page.click("#ship button")
    expect(page.locator(".notice.success")).to_be_visible()


@pytest.mark.parametrize("screen", [(390, "zh-CN"), (1440, "en-US")])
def test_an_order_leaves_in_two_parcels_and_every_page_fits(
    browser: Browser, site: Site, shop: Shop, paid: Order, screen: tuple[int, str]
) -> None:
    width, language = screen
    page = open_page(browser, language=language, width=width)
    sign_in(page, site.address(shop.console, "console", "/sign-in/"), shop.email, PASSWORD)

    for path in PAGES:
        page.goto(site.address(shop.console, "console", path))
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path

    page.goto(site.address(shop.console, "console", "/orders/"))
    page.click(f"text={paid.number}")
    send(page, "SF1", "2")
    send(page, "SF2", "1")

    expect(page.locator("#ship")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("SF1")
    expect(page.locator("main")).to_contain_text("SF2")
    page.context.close()
