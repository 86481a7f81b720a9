"""A function is tried, paid in advance, bought, upgraded, runs out and is renewed, in a browser."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from channel_center.billing.choices import SubscriptionState
from channel_center.billing.models import Licence, Subscription
from channel_center.billing.periods import add_months
from channel_center.billing.services.dunning import dunning_for
from channel_center.billing.services.licensing import write_licences
from channel_center.billing.services.offering import define_edition, define_offer, define_product
from channel_center.billing.services.wallets import view_of
from channel_center.billing.tests.samples import Market, make_market, price, put
from channel_center.topups.models import TopUpRequest
from channel_center.topups.services.receiving import set_receiver
from channel_center.topups.services.topping import decide
from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context
from kernel.tenancy.ports import directory
from testkit.modules import carried
from tests.journeys.conftest import PASSWORD, Shop, Site
from tests.journeys.test_buying import fits
from tests.journeys.test_opening_a_shop import open_page, sign_in
from tests.journeys.test_storefront import WCAG

modules = carried("testkit.tests.modules.lamp.manifest:manifest")
ACTOR = Actor.system("tests")
NAMES = {"zh-hans": "台灯", "en": "Desk lamp"}
WORDS = {
    390: ("立即试用", "从余额支付", "升级", "已欠费", "立即支付"),
    1440: ("Try it now", "from the balance", "Upgrade", "Payment overdue", "Pay now"),
}


def sell_lamps(shop: Shop) -> Market:
    """Put a partner above the shop who sells the lamp in two editions."""
    tenant = directory().by_host(shop.store, kind="store")
    assert tenant is not None
    market = make_market(tenant.id, 1)
    with public_context():
        product = define_product("lamp", kind="module", names=NAMES, feature="lamp", actor=ACTOR)
        offers = []
        for rank, (code, name) in enumerate((("small", "标准版"), ("large", "专业版")), start=1):
            words = {"zh-hans": name, "en": code.title()}
            edition = define_edition(product, code, rank=rank, names=words)
            offers.append(define_offer(edition, f"lamp.{code}", term="month", trial_days=14))
    price(market, offers, [[500, 900], [1000, 3000]])
    set_receiver(market.channels[0], bank="北辰 6222 0000", least_minor=100, actor=ACTOR)
    put(market.wallet(0), 100_000)
    return market


def look(page: Page, width: int) -> None:
    """Check that a page fits and can be used by everybody."""
    assert fits(page, width), page.url
    faults = Axe().run(page, options=WCAG).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"][:120]) for each in faults] == [], page.url


def let_time_pass(market: Market, *, days: int) -> None:
    """Let the running period have ended so many days ago, unpaid."""
    with public_context():
        row = Subscription.objects.get(tenant=market.tenant_id)
        row.current_end = utc_now() - timedelta(days=days)
        row.anchor = row.current_start = add_months(row.current_end, -1)
        row.state, row.version = SubscriptionState.GRACE, row.version + 1
        row.save()
        Licence.objects.filter(subscription=row).update(starts_at=row.current_start)
        write_licences(row, dunning=dunning_for(row), actor=ACTOR)


@pytest.mark.parametrize(("width", "language"), [(390, "zh-CN"), (1440, "en-US")])
def test_a_function_is_tried_bought_upgraded_runs_out_and_is_renewed(
    browser: Browser, site: Site, shop: Shop, width: int, language: str
) -> None:
    market = sell_lamps(shop)
    try_it, pay, upgrade, overdue, pay_now = WORDS[width]
    console = site.address(shop.console, "console")
    page = open_page(browser, language=language, width=width)
    sign_in(page, f"{console}sign-in/", shop.email, PASSWORD)

    page.goto(f"{console}market/")
    look(page, width)
    page.locator("#lamp h3 a").click()
    look(page, width)
    page.locator("a[href*='trial=1']").first.click()
    look(page, width)
    page.get_by_role("button", name=try_it).click()
    expect(page.locator("main .card-head .pill")).to_be_visible()
    expect(page.locator("button[name=do][value=off]")).to_be_visible()

    page.locator("a[href*='offer=lamp.small']:not([href*=trial])").click()
    page.locator("main a[href^='/balance/?missing=1000']").click()
    look(page, width)
    expect(page.locator("#id_amount")).to_have_value("10.00")
    page.fill("#id_amount", "100.00")
    page.fill("#id_reference", "TT-4711")
    page.locator("#top-up button").click()
    expect(page.locator("main")).to_contain_text("TT-4711")
    with public_context():
        row = TopUpRequest.objects.get(wallet__tenant=market.tenant_id)
    decide(row.pk, receiver_channel=market.channels[0], minor=10_000, actor=ACTOR, now=utc_now())

    page.goto(f"{console}market/lamp/buy/?offer=lamp.small")
    look(page, width)
    page.get_by_role("button", name=re.compile(pay)).click()
    expect(page.locator("[data-part=bought]")).to_be_visible()
    page.get_by_role("link", name=re.compile(upgrade)).click()
    expect(page.locator("[data-part=quote]")).to_contain_text("20.00")
    page.get_by_role("button", name=re.compile(pay)).click()
    expect(page.locator("[data-part=bought]")).to_be_visible()
    assert view_of(market.shop_wallet).balance_minor == 7_000
    look(page, width)

    let_time_pass(market, days=10)
    page.goto(f"{console}market/")
    expect(page.locator("#lamp")).to_contain_text(overdue)
    page.goto(f"{console}market/lamp/")
    page.get_by_role("button", name=pay_now).click()
    expect(page.get_by_role("button", name=pay_now)).to_have_count(0)
    expect(page.locator("main .card-head .pill.good").first).to_be_visible()
    assert view_of(market.shop_wallet).balance_minor == 4_000
    page.goto(f"{console}balance/")
    look(page, width)
    page.goto(f"{console}usage/")
    look(page, width)
    page.context.close()
