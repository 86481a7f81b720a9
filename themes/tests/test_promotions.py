"""Promotions and coupons as buyers meet them, without any script."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from kernel.catalogue.models import Variant
from kernel.common.time import utc_now
from kernel.members.models import Member
from kernel.orders.models import OrderGroup
from kernel.promotions.models import Coupon, CouponTemplate
from testkit.factories.promotions import give_coupon, make_promotion, make_template
from testkit.web import TenantClient
from themes.cache.counters import bump
from themes.tests.samples import Shelf
from themes.tests.test_buying import filled, put, text_of

HERE: dict[str, Any] = {"HTTP_SEC_FETCH_SITE": "same-origin"}
TIERS = {"tiers": [{"from_minor": 2000, "off_minor": 200}, {"from_minor": 5000, "off_minor": 900}]}


@pytest.fixture
def tea(shelf: Shelf) -> Variant:
    shelf.product("Green tea", minor=1_250)
    return Variant.objects.get()


@pytest.fixture
def member(browser: TenantClient, shelf: Shelf) -> Member:
    return browser.as_member()


def test_a_product_and_the_cart_tell_what_there_is_and_what_is_missing(
    browser: TenantClient, tea: Variant, shelf: Shelf
) -> None:
    shelf.product("Cup", minor=900)
    cup = Variant.objects.exclude(pk=tea.pk).get()
    make_promotion("reduction", TIERS, name="Autumn <b>")
    items = [{"variant": cup.public_id, "price_minor": 100}]
    make_promotion("add_on", {"items": items}, name="Cup with tea", scope={
        "include": [["product", tea.product.public_id]]
    })  # fmt: skip

    product = text_of(browser.get("/products/product-1/"))
    put(browser)
    cart = text_of(browser.get("/cart/"))
    browser.post("/cart/change/", {"add": str(cup.pk)}, **HERE)
    with_cup = text_of(browser.get("/cart/"))

    assert "Autumn &lt;b&gt;" in product
    assert "from ¥20.00: ¥2.00 off; from ¥50.00: ¥9.00 off" in product
    assert "Spend ¥25.00 more" in cart
    assert "−¥2.00" in cart
    assert "¥23.00" in cart
    assert f'name="add" value="{cup.pk}"' in cart
    assert f'name="add" value="{cup.pk}"' not in with_cup
    assert "−¥8.00" in with_cup


def test_the_best_coupon_is_chosen_another_can_be_and_an_order_uses_it(
    browser: TenantClient, tea: Variant, member: Member
) -> None:
    best = give_coupon(make_template(terms={"off_minor": 1000}, name="Ten"), member.pk)
    small = give_coupon(make_template(terms={"off_minor": 300}, name="Three"), member.pk)
    give_coupon(make_template(threshold_minor=90_000, name="Dear"), member.pk)
    make_template(code="HELLO", terms={"off_minor": 700}, name="Hello")
    put(browser)

    first = text_of(browser.get("/checkout/"))
    other = filled(first, do="update", coupon=small.public_id)
    second = text_of(browser.post("/checkout/", other))
    none = text_of(browser.post("/checkout/", filled(first, do="update", coupon="none")))
    coded = text_of(browser.post("/checkout/", filled(first, do="redeem", code="hello")))
    unknown = text_of(browser.post("/checkout/", filled(first, do="redeem", code="nobody")))
    placed = browser.post("/checkout/", filled(first, coupon=best.public_id))

    best.refresh_from_db()
    totals = [
        re.findall(r'name="expected" value="([^"]*)"', page)
        for page in (first, second, none, coded)
    ]
    assert totals == [["15.00"], ["22.00"], ["25.00"], ["18.00"]]
    assert "This code is not known" in unknown
    assert placed.status_code == 302
    assert OrderGroup.objects.get().total_minor == 1500
    assert best.state == "locked"


def test_coupons_are_taken_from_the_coupon_page_and_kept_in_the_member_centre(
    browser: TenantClient, shelf: Shelf
) -> None:
    template = make_template(name="Spring", per_member=1)
    make_template(name="Hidden", channels=["code"])

    stranger = browser.post("/coupons/take/", {"coupon": template.public_id}, **HERE)
    browser.as_member()
    wall = text_of(browser.get("/coupons/"))
    taken = browser.post("/coupons/take/", {"coupon": template.public_id}, **HERE)
    again = browser.post("/coupons/take/", {"coupon": template.public_id}, **HERE)
    mine = text_of(browser.get("/account/coupons/"))
    used = text_of(browser.get("/account/coupons/?state=used"))
    wrong = browser.post("/account/coupons/", {"code": "nobody"})

    assert stranger.status_code == 302
    assert "Spring" in wall
    assert "Hidden" not in wall
    assert (taken.status_code, again.status_code, wrong.status_code) == (200, 409, 404)
    assert "You have it" in text_of(taken)
    assert "Spring" in mine
    assert "There are none here." in used
    assert Coupon.objects.count() == 1


def test_a_guest_uses_a_code_takes_it_off_and_orders_with_it(
    browser: TenantClient, tea: Variant
) -> None:
    make_template(code="HELLO", terms={"off_minor": 700}, name="Hello")
    put(browser)

    first = text_of(browser.get("/checkout/"))
    unknown = text_of(browser.post("/checkout/", filled(first, do="redeem", code="nobody")))
    coded = text_of(browser.post("/checkout/", filled(first, do="redeem", code=" hello ")))
    without = text_of(browser.post("/checkout/", filled(coded, do="update")))
    told = {"used-code": "HELLO", "email": "ada@example.com"}
    placed = browser.post("/checkout/", filled(coded, **told))

    totals = [
        re.findall(r'name="expected" value="([^"]*)"', page)
        for page in (first, unknown, coded, without)
    ]
    assert totals == [["25.00"], ["25.00"], ["18.00"], ["25.00"]]
    assert "NOBODY: This code is not known" in unknown
    assert 'name="used-code" value="HELLO"' in coded
    assert placed.status_code == 302
    assert OrderGroup.objects.get().total_minor == 1800
    assert Coupon.objects.get().member_id is None


def test_the_front_page_shows_what_is_on_until_when_and_what_there_is_to_take(
    browser: TenantClient, shelf: Shelf
) -> None:
    before = text_of(browser.get("/"))
    ends = utc_now() + timedelta(days=2)
    make_promotion("reduction", TIERS, name="Autumn <b>", ends_at=ends, uses_limit=5)
    make_promotion(name="Later", starts_at=ends)
    make_promotion(name="For friends", audience={"groups": ["tag:friends"]})
    make_template(name="Welcome", channels=["popup"])
    make_template(name="On the page", channels=["page"])
    bump("promotions", "coupons")

    stranger = text_of(browser.get("/"))
    member = browser.as_member()
    give_coupon(CouponTemplate.objects.get(name="Welcome"), member.pk)
    island = browser.get("/islands/?page=home&ids=b-coupons")

    assert "shop-countdown" not in before
    assert "shop-popup" not in before
    assert stranger.count("Autumn &lt;b&gt;") == 1
    assert "from ¥20.00: ¥2.00 off" in stranger
    assert f'data-until="{ends.isoformat()}"' in stranger
    assert "Later" not in stranger
    assert "For friends" not in stranger
    assert "Welcome" in stranger
    assert "On the page" not in stranger
    assert "Welcome" not in island.content.decode()
