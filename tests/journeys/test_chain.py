"""Three partners above a shop ask their own prices, and each sees what stays, in a browser."""

from __future__ import annotations

from secrets import token_hex

import pytest
from playwright.sync_api import Browser, Page, expect

from channel_center.billing.models import Offer
from channel_center.billing.services.invariants import faults
from channel_center.billing.services.offering import define_edition, define_offer, define_product
from channel_center.billing.services.wallets import view_of
from channel_center.billing.tests.samples import Market, price, put
from kernel.audit.actor import Actor
from kernel.tenancy.context import public_context
from kernel.tenancy.ports import directory
from tenants.invalidation import changed
from tenants.models import Tenant
from tests.journeys.conftest import PASSWORD, Shop, Site, hashed
from tests.journeys.test_market import look
from tests.journeys.test_opening_a_shop import open_page, sign_in

ACTOR = Actor.system("tests")
HOUSES = ("Harbour House", "Cedar Works", "North Star")
ASKED = ("4.51", "6.02", "9.99")
"""What each of the three asks for; the operator asks for 3.00."""


def chain_above(shop: Shop) -> tuple[Market, Offer, list[tuple[str, str]]]:
    """Put three partners above a shop; return them with an offer, their hosts and people."""
    from channel_center.services.channels import add_staff, create_channel

    tenant = directory().by_host(shop.store, kind="store")
    assert tenant is not None
    parent, keys, people = None, [], []
    for name in HOUSES:
        slug = f"house-{token_hex(4)}"
        made = create_channel(
            name=name, slug=slug, host=f"{slug}.localhost", parent_id=parent,
            brand={"name": name, "colour": "#2d4a9e"}, actor=ACTOR,
        )  # fmt: skip
        email = f"{slug}@example.com"
        add_staff(channel_id=made.pk, email=email, name="Zhou Hang", password_hash=hashed())
        parent = made.pk
        keys.append(made.pk)
        people.append((made.host, email))
    code = f"room-{token_hex(4)}"
    with public_context():
        Tenant.objects.filter(pk=tenant.id).update(channel_id=parent)
        product = define_product(
            code, kind="quota", feature="media", actor=ACTOR,
            names={"zh-hans": "文件空间", "en": "Room for files"},
        )  # fmt: skip
        edition = define_edition(product, "large", limits={"bytes": 10**9})
        offer = define_offer(edition, f"{code}.large", term="month")
    changed(tenant.id)
    market = Market(tenant.id, tuple(keys))
    price(market, [offer], [[300]])
    for level in range(len(HOUSES)):
        put(market.wallet(level), 10_000)
    put(market.shop_wallet, 10_000)
    return market, offer, people


@pytest.mark.parametrize(("width", "language"), [(390, "zh-CN"), (1440, "en-US")])
def test_each_of_three_partners_asks_a_price_and_sees_its_margin_to_the_cent(
    browser: Browser, site: Site, shop: Shop, width: int, language: str
) -> None:
    market, offer, people = chain_above(shop)
    desks = []
    for level, (host, email) in enumerate(people):
        desk = open_page(browser, language=language, width=width)
        desks.append(desk)
        sign_in(desk, site.address(host, "channel", "/sign-in/"), email, PASSWORD)
        for_whom = "shop" if level == len(people) - 1 else "partner"
        prices = site.address(host, "channel", f"/prices/?for={for_whom}")
        desk.goto(prices)
        asks(desk, offer, "0.01")
        expect(desk.locator(".field.wrong")).to_have_count(1)
        asks(desk, offer, ASKED[level])
        expect(desk.locator(".notice.good, .message.success, [role=status]").first).to_be_visible()
        look(desk, width)

    owner = open_page(browser, language=language, width=width)
    console = site.address(shop.console, "console")
    sign_in(owner, f"{console}sign-in/", shop.email, PASSWORD)
    owner.goto(f"{console}market/{offer.edition.product.public_id}/")
    owner.locator(f"a[href*='offer={offer.code}']").click()
    expect(owner.locator("[data-part=quote]")).to_contain_text("9.99")
    owner.locator("main form button.button").last.click()
    expect(owner.locator("[data-part=bought]")).to_be_visible()
    for name in HOUSES[:2]:
        expect(owner.locator("body")).not_to_contain_text(name)

    sold = zip(desks, people, ("1.51", "1.51", "3.97"), strict=True)
    for level, (desk, (host, _email), margin) in enumerate(sold):
        desk.goto(site.address(host, "channel", "/margins/"))
        expect(desk.locator("[data-part=margins]")).to_contain_text(margin)
        expect(desk.locator("[data-part=margins]")).to_contain_text(ASKED[level])
        look(desk, width)
        # Nobody reads who stands above, nor further down than the next.
        for other in (*HOUSES[:level], *HOUSES[level + 2 :]):
            expect(desk.locator("body")).not_to_contain_text(other)
        desk.context.close()
    owner.context.close()
    balances = [view_of(market.wallet(level)).balance_minor for level in range(len(HOUSES))]
    # Each pays what the one above asks and gets what it asks itself; retail stays with the last.
    assert balances == [10_000 - 300 + 451, 10_000 - 451 + 602, 10_000 - 602]
    assert view_of(market.shop_wallet).balance_minor == 10_000 - 999
    assert faults() == []


def asks(desk: Page, offer: Offer, amount: str) -> None:
    """Write a price and publish it."""
    desk.fill(f"#id_price_{offer.pk.hex}", amount)
    desk.locator("main form.card button.button").click()
    desk.wait_for_load_state()
