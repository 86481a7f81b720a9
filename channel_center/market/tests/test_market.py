"""The market in a tenant's console: what it costs before, buying, changing, ending, renewing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from channel_center.billing.models import Offer, Subscription
from channel_center.billing.periods import add_months
from channel_center.billing.services.offering import define_edition, define_offer, define_product
from channel_center.billing.services.quoting import quote
from channel_center.billing.services.selling import buy
from channel_center.billing.services.wallets import view_of
from channel_center.billing.tests.samples import Market, make_market, price, put
from kernel.common.time import utc_now
from kernel.modules.gate import mode_of
from kernel.tenancy.context import TenantRef, public_context
from tenants.models import Job, ModuleInstall
from testkit.modules import ACTOR, anew, carried
from testkit.sealing import root_key
from testkit.web import TenantClient, console

HERE = "testkit.tests.modules"
modules = carried(*(f"{HERE}.{code}.manifest:manifest" for code in ("lamp", "shade", "candle")))
ENGLISH = {"accept-language": "en"}
NAMES = {"zh-hans": "台灯", "en": "Desk lamp"}


@pytest.fixture
def market(db: None, tenant_a: TenantRef) -> Iterator[Market]:
    """A shop under one partner that sells the lamp in two editions, by month and by year."""
    with root_key():
        made = make_market(tenant_a.id, 1)
        with public_context():
            product = define_product(
                "lamp", kind="module", names=NAMES, feature="lamp", actor=ACTOR
            )
            offers: list[Offer] = []
            for rank, code in enumerate(("small", "large"), start=1):
                words = {"zh-hans": code, "en": code.title()}
                edition = define_edition(product, code, rank=rank, names=words)
                offers.append(
                    define_offer(edition, f"lamp.{code}", term="month", trial_days=14 * (rank == 1))
                )
        price(made, offers, [[500, 900], [1000, 3000]])
        yield made


@pytest.fixture
def owner(market: Market, tenant_a: TenantRef) -> Iterator[TenantClient]:
    with console(tenant_a, headers=ENGLISH) as browser:
        browser.as_staff("plan.view", "plan.manage", "modules.manage")
        yield browser


def read(browser: TenantClient, path: str) -> str:
    answer = browser.get(path, follow=True)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", answer.content.decode())


def take(browser: TenantClient, offer: str, *, trial: bool = False) -> str:
    """Look at the price of an offer and buy at it; return the page that follows."""
    asked = read(browser, f"/market/lamp/buy/?offer={offer}&trial={int(trial)}")
    token = re.search(r'name="token" value="([^"]+)"', asked)
    assert token is not None, asked
    answer = browser.post("/market/lamp/buy/", {"token": token[1]}, follow=True)
    return re.sub(r"\s+", " ", answer.content.decode())


def subscription() -> Subscription:
    with public_context():
        return Subscription.objects.get()


def is_on(tenant: TenantRef) -> TenantRef:
    with public_context():
        ModuleInstall.objects.update_or_create(
            tenant_id=tenant.id, module="lamp", defaults={"state": "enabled"}
        )
    return anew(tenant.id)


def test_a_function_is_tried_bought_upgraded_for_the_difference_and_ends_on_its_days(
    owner: TenantClient, market: Market, tenant_a: TenantRef
) -> None:
    put(market.wallet(0), 100_000)
    put(market.shop_wallet, 10_000)
    listed = read(owner, "/market/?q=lamp")
    assert "from ¥10.00" in listed
    assert "14 days to try" in listed

    tried = take(owner, "lamp.small", trial=True)

    assert "You can try" in tried
    assert view_of(market.shop_wallet).balance_minor == 10_000
    with public_context():
        job = Job.objects.get(tenant_id=tenant_a.id, kind="module_enable")
        assert job.data == {"module": "lamp"}
        Job.objects.filter(pk=job.pk).update(state="done")
    on = is_on(tenant_a)
    assert mode_of(on, "lamp") == "full"

    bought = take(owner, "lamp.small")

    assert "is yours now" in bought
    assert view_of(market.shop_wallet).balance_minor == 9_000
    assert "Yours" in bought
    assert "Then renewed for" in bought

    asked = read(owner, "/market/lamp/buy/?offer=lamp.large")
    assert "−¥10.00" in asked
    assert "Pay ¥20.00 from the balance" in asked
    upgraded = take(owner, "lamp.large")

    assert "was upgraded" in upgraded
    assert view_of(market.shop_wallet).balance_minor == 7_000

    ended = owner.post("/market/lamp/cancel/", {"do": "cancel"}, follow=True).content.decode()
    assert "It ends with the running period." in ended
    assert "Undo: keep renewing" in ended
    end = subscription().current_end
    assert end is not None
    on = anew(tenant_a.id)
    modes = [mode_of(on, "lamp", now=end + timedelta(days=day)) for day in (-1, 1, 15)]
    assert modes == ["full", "read_only", "off"]
    kept = owner.post("/market/lamp/cancel/", {"do": "keep"}, follow=True).content.decode()
    assert "It goes on." in kept
    assert "Do not renew" in kept


def test_what_is_overdue_is_paid_with_one_click(
    owner: TenantClient, market: Market, tenant_a: TenantRef
) -> None:
    put(market.wallet(0), 100_000)
    put(market.shop_wallet, 10_000)
    asked = quote(tenant_a.id, "lamp.small")
    sale = buy(asked.token, tenant_id=tenant_a.id, actor=ACTOR)
    begun = utc_now() - timedelta(days=33)
    with public_context():
        Subscription.objects.filter(pk=sale.subscription.pk).update(
            state="past_due", anchor=begun, current_start=begun, current_end=add_months(begun, 1)
        )
    page = read(owner, "/market/lamp/")
    assert "Payment overdue" in page

    renewed = owner.post("/market/lamp/renew/", follow=True).content.decode()

    assert "was renewed" in renewed
    assert subscription().state == "active"
    assert view_of(market.shop_wallet).balance_minor == 8_000
    assert "Renewal" in read(owner, "/balance/")


def test_without_enough_on_the_balance_nothing_is_bought_and_the_way_to_top_up_is_shown(
    owner: TenantClient, market: Market
) -> None:
    put(market.wallet(0), 100_000)

    page = read(owner, "/market/lamp/buy/?offer=lamp.large")

    assert "¥30.00 is missing on the balance." in page
    assert 'href="/balance/?missing=3000"' in page
    assert 'name="token"' not in page


def test_a_price_that_nobody_gave_or_that_changed_buys_nothing(
    owner: TenantClient, market: Market
) -> None:
    put(market.wallet(0), 100_000)
    put(market.shop_wallet, 10_000)

    refused = owner.post("/market/lamp/buy/", {"token": "made up"}, follow=True).content.decode()

    assert "This quote is not valid." in refused
    with public_context():
        assert not Subscription.objects.exists()
    assert owner.get("/market/lamp/buy/?offer=unknown").status_code == 404
    assert owner.get("/market/nothing/").status_code == 404


def test_what_is_needed_first_and_what_cannot_be_together_is_explained(
    owner: TenantClient, market: Market
) -> None:
    page = read(owner, "/market/shade/")

    assert "First switch on:" in page
    assert 'href="/market/lamp/"' in page
    assert "What changes" in page


def test_a_switch_goes_off_with_one_click_and_is_taken_back(
    owner: TenantClient, market: Market, tenant_a: TenantRef
) -> None:
    put(market.wallet(0), 100_000)
    put(market.shop_wallet, 10_000)
    take(owner, "lamp.small")
    with public_context():
        Job.objects.filter(tenant_id=tenant_a.id).update(state="done")
    is_on(tenant_a)

    off = owner.post("/market/lamp/switch/", {"do": "off"}, follow=True).content.decode()

    assert "Its data is kept" in off
    assert "Undo: switch it on again" in off
    anew(tenant_a.id)
    owner.post("/market/lamp/switch/", {"do": "on"}, follow=True)
    with public_context():
        assert Job.objects.filter(tenant_id=tenant_a.id, kind="module_enable").count() == 2


def test_who_may_look_may_not_buy_or_switch(market: Market, tenant_a: TenantRef) -> None:
    with console(tenant_a, headers=ENGLISH) as browser:
        browser.as_staff("plan.view")

        assert "Buy" not in read(browser, "/market/lamp/")
        assert browser.get("/market/lamp/buy/?offer=lamp.small").status_code == 403
        assert browser.post("/market/lamp/switch/", {"do": "on"}).status_code == 403
        assert browser.post("/market/lamp/cancel/").status_code == 403
    with console(tenant_a) as browser:
        browser.as_staff("orders.view", email="other@example.com")
        assert browser.get("/market/").status_code == 403
        assert browser.get("/balance/").status_code == 403
