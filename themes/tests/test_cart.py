"""The cart's page and its forms, without any script."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any

import pytest

from kernel.cart.cookies import cookie_name
from kernel.catalogue.models import OptionValue, Variant
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.promotions import make_promotion
from testkit.factories.shipping import make_way
from testkit.web import TenantClient, store
from themes.tests.samples import Shelf

HERE: dict[str, Any] = {"HTTP_SEC_FETCH_SITE": "same-origin"}


def text_of(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def line_of(page: str) -> str:
    found = re.search(r'name="line" value="([0-9a-f-]+)"', page)
    assert found is not None
    return found[1]


def put(browser: TenantClient, **form: str) -> None:
    answer = browser.post("/cart/add/", {"product": "product-1", "quantity": "2", **form}, **HERE)
    assert (answer.status_code, answer["Location"]) == (302, "/cart/")


def test_a_stranger_fills_a_cart_from_a_page_that_holds_no_token(
    browser: TenantClient, shelf: Shelf
) -> None:
    shelf.product("Green tea", minor=1_250)

    put(browser)

    page = text_of(browser.get("/cart/"))
    assert "Green tea" in page
    assert "¥25.00" in page
    assert browser.cookies["known"].value == "1"
    assert browser.get("/islands/?page=home&ids=b-minicart").json()["b-minicart"].count(">2<") == 1
    assert "Green tea" not in text_of(browser.get("/"))[:0] + text_of(
        TenantClient(browser.tenant, "store").get("/cart/")
    )


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_SEC_FETCH_SITE": "same-site"},
        {"HTTP_ORIGIN": "https://evil.example"},
        {"HTTP_REFERER": "http://tenant-a.localhost.evil.example/"},
    ],
)
def test_what_another_site_sends_is_refused(
    browser: TenantClient, shelf: Shelf, headers: dict[str, Any]
) -> None:
    shelf.product("Green tea")

    answer = browser.post("/cart/add/", {"product": "product-1"}, **headers)

    assert answer.status_code == 403
    assert "Your cart is empty" in text_of(browser.get("/cart/"))


def test_the_variant_that_the_options_describe_is_taken(
    browser: TenantClient, shelf: Shelf
) -> None:
    shelf.product("Shirt", options={"Size": ["S", "M"]})
    value = OptionValue.objects.get(name="M")
    option = f"option-{value.option_type_id.hex}"

    put(browser, **{option: value.pk.hex})
    answer = browser.post("/cart/add/", {"product": "product-1", option: "x"}, **HERE)

    assert answer.status_code == 409
    assert "cannot be bought" in text_of(answer)
    assert re.search(r'class="quiet">M<', text_of(browser.get("/cart/")))


@pytest.mark.parametrize("quantity", ["0", "-1", "x", "99999999", "1e3", ""])
def test_quantities_that_nobody_sells_are_refused(
    browser: TenantClient, shelf: Shelf, quantity: str
) -> None:
    shelf.product("Green tea")

    answer = browser.post("/cart/add/", {"product": "product-1", "quantity": quantity}, **HERE)

    assert 400 <= answer.status_code < 500
    assert 'role="alert"' in text_of(answer)


def test_lines_are_changed_left_for_later_and_removed(browser: TenantClient, shelf: Shelf) -> None:
    shelf.product("Green tea", minor=1_000)
    put(browser)
    line = line_of(text_of(browser.get("/cart/")))

    form = {"line": line, f"before-{line}": "2", f"quantity-{line}": "5"}
    browser.post("/cart/change/", {**form, f"selected-{line}": "on"}, **HERE)
    assert "¥50.00" in text_of(browser.get("/cart/"))
    browser.post("/cart/change/", {**form, f"before-{line}": "5"}, **HERE)
    assert 'aria-disabled="true"' in text_of(browser.get("/cart/"))
    browser.post("/cart/change/", {"remove": line}, **HERE)
    assert "Your cart is empty" in text_of(browser.get("/cart/"))


def test_signing_in_brings_the_cart_along(tenant_a: TenantRef, shelf: Shelf) -> None:
    shelf.product("Green tea")
    with store(tenant_a, headers={"Accept-Language": "en"}) as browser:
        put(browser)
        form = {"name": "Lan", "login": "lan@example.com", "password": "seven quiet boats at noon"}
        answer = browser.post("/account/register/", form)
        assert answer.status_code == 302, text_of(answer)
        assert "Green tea" in text_of(browser.get("/cart/"))
        assert not browser.cookies[cookie_name()].value


def test_another_tenants_goods_cannot_be_put_into_the_cart(
    shelf: Shelf, tenant_b: TenantRef
) -> None:
    shelf.product("Green tea")

    with tenant_context(tenant_b), store(tenant_b) as browser:
        answer = browser.post("/cart/add/", {"product": "product-1"}, **HERE)

    assert answer.status_code == 409


def test_a_cart_is_shared_looked_into_and_taken_over(
    browser: TenantClient, shelf: Shelf, tenant_a: TenantRef
) -> None:
    shelf.product("Green tea", minor=1_250)
    put(browser)

    shown = text_of(browser.post("/cart/share/", {}, **HERE))
    link = unescape(re.findall(r'readonly value="([^"]+)"', shown)[0])
    friend = TenantClient(tenant_a, "store", headers={"Accept-Language": "en"})
    opened = text_of(friend.get(link))
    signed = unescape(re.findall(r'name="link" value="([^"]+)"', opened)[0])
    taken = friend.post("/cart/shared/take/", {"link": signed}, **HERE)
    forged = friend.post("/cart/shared/take/", {"link": f"{signed}x"}, **HERE)

    assert "A cart was shared with you" in opened
    assert "Green tea" in opened
    assert (taken.status_code, taken["Location"]) == (302, "/cart/")
    assert "¥25.00" in text_of(friend.get("/cart/"))
    assert forged.status_code == 404


def test_the_buyer_sees_when_goods_ship_that_are_sold_ahead(
    browser: TenantClient, shelf: Shelf, tenant_a: TenantRef
) -> None:
    shelf.product("Green tea", minor=1_250, stock=1)
    with tenant_context(tenant_a):
        Variant.objects.update(
            out_of_stock="preorder", oversell_limit=5, ships_by=date(2030, 12, 5)
        )
    put(browser)

    page = text_of(browser.get("/cart/"))

    with tenant_context(tenant_a):
        # What nobody counts is there.
        Variant.objects.update(out_of_stock="backorder", oversell_limit=1_000_000, ships_by=None)
    uncounted = text_of(browser.get("/cart/"))

    assert "Sold ahead: ships by 5 Dec 2030" in page
    assert "Sold ahead" not in uncounted


def test_the_cart_tells_how_much_is_missing_until_delivery_is_free(
    browser: TenantClient, shelf: Shelf, tenant_a: TenantRef
) -> None:
    shelf.product("Green tea", minor=1_250)
    with tenant_context(tenant_a):
        make_way(minor=800, free_from_minor=5_000)
    put(browser)

    before = text_of(browser.get("/cart/"))
    with tenant_context(tenant_a):
        offer = make_promotion("free_shipping", {})
    offered = text_of(browser.get("/cart/"))
    with tenant_context(tenant_a):
        offer.delete()
    put(browser)

    assert "¥25.00 more, and delivery is free." in before
    assert "Delivery is free." in offered
    assert '<progress max="5000" value="2500"' in before
    assert "Delivery is free." in text_of(browser.get("/cart/"))
