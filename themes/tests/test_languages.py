"""The storefront in several languages, and with amounts in several currencies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings

from kernel.cart.services import CartOwner, Wish, add
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.i18n.services import (
    CurrencyTerms,
    LanguageTerms,
    set_currency,
    set_languages,
    set_wordings,
)
from kernel.i18n.speaking import forget_words
from kernel.tenancy.context import TenantRef, tenant_context
from kernel.tenancy.ports import directory
from testkit.factories.orders import ADDRESS, TESTER, make_variant
from testkit.web import TenantClient, store
from themes.shop.amounts import text_of
from themes.tests.samples import Shelf

LANGUAGES = (
    LanguageTerms("zh-hans"),
    LanguageTerms("en"),
    LanguageTerms("fr", falls_back_to="en"),
)


@pytest.fixture
def abroad(tenant_a: TenantRef) -> Iterator[TenantRef]:
    """A shop that offers three languages and two more currencies."""
    with tenant_context(tenant_a):
        now = utc_now()
        set_languages(LANGUAGES, actor=TESTER)
        set_currency(CurrencyTerms("USD", Decimal("0.14")), actor=TESTER, now=now)
        set_currency(CurrencyTerms("JPY", Decimal("20.5")), actor=TESTER, now=now)
        set_wordings("fr", {"Add to cart": "Ajouter au panier"}, actor=TESTER)
    directory().forget(tenant_a.id)
    forget_words()
    yield tenant_a
    directory().forget(tenant_a.id)
    forget_words()


@pytest.fixture
def visitor(abroad: TenantRef) -> Iterator[TenantClient]:
    with store(abroad, headers={"Accept-Language": "zh-CN"}) as client:
        yield client


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_page_has_an_address_in_each_language_and_names_the_others(
    visitor: TenantClient, abroad: TenantRef, shelf: Shelf
) -> None:
    tea = shelf.product("龙井")
    with tenant_context(abroad):
        tea.i18n = {"en": {"title": "Dragon Well"}}
        tea.save()
    path = f"/products/{tea.handle}/"
    origin = f"https://{abroad.host('store')}"

    plain, english, french = (text(visitor.get(f"{at}{path}")) for at in ("", "/en", "/fr"))

    links = re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', plain)
    assert links == [
        ("zh-Hans", f"{origin}{path}"),
        ("en", f"{origin}/en{path}"),
        ("fr", f"{origin}/fr{path}"),
        ("x-default", f"{origin}{path}"),
    ]
    assert links == re.findall(r'rel="alternate" hreflang="([^"]+)" href="([^"]+)"', french)
    assert f'<link rel="canonical" href="{origin}/fr{path}">' in french
    assert f'<link rel="canonical" href="{origin}{path}">' in plain
    assert "加入购物车" in plain
    assert '<html lang="en">' in english
    assert "Dragon Well" in english
    assert "Add to cart" in english
    assert '<html lang="fr">' in french
    assert "Dragon Well" in french
    assert "Ajouter au panier" in french
    assert 'href="/fr/"' in french
    assert 'href="/en/"' not in french
    assert 'action="/cart/add/"' in french


def test_whoever_comes_to_a_page_in_a_language_goes_on_in_it(
    visitor: TenantClient, abroad: TenantRef, shelf: Shelf
) -> None:
    shelf.product("龙井")

    first = visitor.get("/fr/")
    after = visitor.get("/cart/")
    chosen = visitor.get("/language/en/?next=/fr/categories/")
    own = visitor.get("/language/zh-hans/?next=/en/categories/")
    other = visitor.get("/language/de/?next=/en/categories/")
    away = visitor.get("/language/en/?next=//evil.example/")

    assert first.cookies[settings.LANGUAGE_COOKIE_NAME].value == "fr"
    assert after.headers["Content-Language"] == "fr"
    assert chosen.headers["Location"] == "/en/categories/"
    assert own.headers["Location"] == "/categories/"
    assert other.headers["Location"] == "/en/categories/"
    assert away.headers["Location"] == "/en/"
    assert visitor.get("/ja/").status_code == 404
    assert visitor.get("/fr/api/v1/store/region/").status_code == 404


def test_search_engines_find_each_language(visitor: TenantClient, shelf: Shelf) -> None:
    tea = shelf.product("龙井")

    answer: Any = visitor.get("/sitemap.xml")
    sitemap = b"".join(answer.streaming_content).decode()
    robots = text(visitor.get("/robots.txt"))

    assert sitemap.count(f"/fr/products/{tea.handle}/</loc>") == 1
    assert sitemap.count(f'hreflang="fr" href="http://{visitor.defaults["HTTP_HOST"]}/fr/"') == 3
    assert "Disallow: /fr/cart/" in robots


def test_amounts_are_shown_in_the_chosen_currency_and_paid_in_the_shop_s(
    visitor: TenantClient, abroad: TenantRef, shelf: Shelf
) -> None:
    tea = shelf.product("龙井", minor=10_000)
    path = f"/products/{tea.handle}/"

    before = text(visitor.get(path))
    visitor.get("/currency/USD/?next=/")
    dollars = text(visitor.get(path))
    visitor.get("/currency/EUR/?next=/")
    still = text(visitor.get(path))
    visitor.get("/currency/CNY/?next=/")
    after = text(visitor.get(path))

    assert "≈" not in before
    assert '<span class="also">≈ $14.00</span>' in dollars
    assert "¥100.00" in dollars
    assert still == dollars
    assert after == before
    assert text_of(Money(1980, "JPY")) == "¥1,980"


def test_an_order_over_the_api_keeps_the_rate_that_its_buyer_saw(abroad: TenantRef) -> None:
    api = "/api/v1/store"
    with store(abroad, headers={"X-Currency": "JPY"}) as client:
        member = client.as_member()
        with tenant_context(abroad):
            add(CartOwner(member_id=member.pk), Wish(make_variant().pk, 2), now=utc_now())
        region = client.get(f"{api}/region/").json()
        wanted = {"address": dict(ADDRESS), "expected_total": "20.00"}
        placed: Any = client.post(
            f"{api}/checkout/orders/",
            wanted,
            content_type="application/json",
            headers={"Idempotency-Key": "k1"},
        )
        number = placed.json()["orders"][0]
        order = client.get(f"{api}/orders/{number}/").json()
        page = text(client.get(f"/orders/{number}/"))

    assert region["currency"] == "CNY"
    assert [each["code"] for each in region["languages"]] == ["zh-hans", "en", "fr"]
    assert region["currencies"][0] == {
        "code": "JPY",
        "rate": "20.5",
        "rounding": "nearest",
        "step_minor": 1,
        "below_minor": 0,
    }
    assert (placed.status_code, placed.json()["currency"]) == (201, "CNY")
    assert order["seen_as"] == {"currency": "JPY", "total": "410", "rate": "20.5"}
    assert "JPY 410" in page
