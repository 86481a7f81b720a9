"""The public pages as visitors get them."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.catalogue.models import CategoryRedirect, HandleRedirect
from testkit.web import TenantClient
from themes.cache.counters import bump
from themes.tests.samples import Shelf


def text_of(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def asked(queries: CaptureQueriesContext) -> list[str]:
    """Return the questions to the tenant's tables; who the tenant is, is known to a process."""
    return [each["sql"][:150] for each in queries if 'FROM "tenants_' not in each["sql"]]


def test_the_home_page_shows_categories_and_products(browser: TenantClient, shelf: Shelf) -> None:
    tea = shelf.category("Tea", "tea")
    shelf.product("Green tea", category=tea, minor=12_345_600, compare_at=24_691_200)

    answer = browser.get("/")

    page = text_of(answer)
    assert answer.status_code == 200
    assert "/categories/tea/" in page
    assert "/products/product-1/" in page
    assert "¥123,456.00" in page
    assert "-50%" in page
    assert '<html lang="en">' in page


def test_the_newest_goods_stand_where_nobody_chose_a_picture(
    browser: TenantClient, shelf: Shelf
) -> None:
    for number in range(4):
        shelf.product(f"Tea {number}", pictures=1)

    page = text_of(browser.get("/"))

    [goods] = re.findall(r'<div class="banner-goods".*?</div>', page, re.DOTALL)
    assert goods.count("<img") == 3


def test_what_shares_a_category_is_recommended_first_and_a_product_never_on_its_own_page(
    browser: TenantClient, shelf: Shelf
) -> None:
    tea = shelf.category("Tea", "tea")
    shelf.product("Green tea", category=tea, options={"Size": ["S", "M"]}, max_per_member=2)
    shelf.product("Black tea", category=tea)
    shelf.product("Cup")
    archived = shelf.product("Old tea", category=tea)
    archived.status = "archived"
    archived.save()

    page = text_of(browser.get("/products/product-1/"))

    cards = re.findall(r'class="product-title">([^<]+)<', page)
    assert cards == ["Black tea", "Cup"]
    assert "At most 2 for each member" in page


def test_an_empty_shop_has_a_home_page(browser: TenantClient) -> None:
    answer = browser.get("/")

    assert answer.status_code == 200
    assert "Start shopping" in text_of(answer)
    assert "product-card" not in text_of(answer)


def test_a_category_lists_its_own_and_what_is_below(browser: TenantClient, shelf: Shelf) -> None:
    tea = shelf.category("Tea", "tea")
    shelf.product("Green tea", category=shelf.category("Green", "green", parent=tea))
    shelf.product("Cup", category=shelf.category("Ware", "ware"))

    page = text_of(browser.get("/categories/tea/"))

    assert "Green tea" in page
    assert "Cup" not in page
    assert "/categories/tea/green/" in page
    assert browser.get("/categories/none/").status_code == 404


def test_an_old_address_leads_to_the_new_one(browser: TenantClient, shelf: Shelf) -> None:
    tea = shelf.category("Tea", "tea")
    product = shelf.product("Green tea", handle="green-tea")
    CategoryRedirect.objects.create(path="old/tea", category=tea)
    HandleRedirect.objects.create(handle="tea-green", product=product)

    category, moved = browser.get("/categories/old/tea/"), browser.get("/products/tea-green/")

    assert (category.status_code, category["Location"]) == (301, "/categories/tea/")
    assert (moved.status_code, moved["Location"]) == (301, "/products/green-tea/")


def test_a_product_page_offers_its_options_and_tells_search_engines(
    browser: TenantClient, shelf: Shelf
) -> None:
    shelf.product("Linen shirt", handle="linen-shirt", options={"Size": ["S", "M"]})

    page = text_of(browser.get("/products/linen-shirt/"))

    assert "<h1>Linen shirt</h1>" in page
    assert page.count('type="radio"') == 2
    assert (
        '<link rel="canonical" href="https://tenant-a.localhost/en/products/linen-shirt/">' in page
    )
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    document = json.loads(found[0])
    assert (document["@type"], document["offers"]["lowPrice"]) == ("Product", "99.00")


@pytest.mark.parametrize("state", ["draft", "archived"])
def test_what_is_not_on_sale_is_not_there(browser: TenantClient, shelf: Shelf, state: str) -> None:
    product = shelf.product("Green tea")
    product.status = state
    product.save()

    assert browser.get("/products/product-1/").status_code == 404
    assert "product-card" not in text_of(browser.get("/"))


def test_search_finds_by_all_words_and_says_when_there_is_nothing(
    browser: TenantClient, shelf: Shelf
) -> None:
    shelf.product("Green tea")
    shelf.product("Green cup")

    page = text_of(browser.get("/search/", {"q": " tea  GREEN "}))

    assert "Green tea" in page
    assert "Green cup" not in page.split('class="shop-foot"')[0].split("listing")[-1]
    assert "Nothing was found" in text_of(browser.get("/search/", {"q": "<script>alert(1)"}))
    assert "<script>alert" not in text_of(browser.get("/search/", {"q": "<script>alert(1)"}))


def test_a_search_is_narrowed_down_by_links_and_prices_and_suggests_what_is_typed(
    browser: TenantClient, shelf: Shelf
) -> None:
    tea = shelf.category("Tea", "tea")
    shelf.product("Green tea", category=tea, minor=1_000)
    shelf.product("Tea pot", minor=5_000, stock=0)

    every = text_of(browser.get("/search/", {"q": "tea"}))
    cheap = text_of(browser.get("/search/", {"q": "tea", "max_price": "20"}))
    shelved = text_of(browser.get("/categories/tea/", {"in_stock": "1"}))
    typed = browser.get("/search/suggest/", {"q": "gre"}).json()["items"]

    assert 'href="/search/?q=tea&amp;within=tea"' in every
    assert 'href="/search/?q=tea&amp;in_stock=1"' in every
    assert "Tea pot" in every
    assert "Tea pot" not in cheap
    assert 'name="robots" content="noindex' in shelved
    assert "Green tea" in shelved
    assert typed == ["Green tea"]


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "page=99999999", "sort=worst"])
def test_parameters_that_mean_nothing_are_ignored(
    browser: TenantClient, shelf: Shelf, query: str
) -> None:
    shelf.category("Tea", "tea")

    assert browser.get(f"/categories/tea/?{query}").status_code == 200


def test_pages_of_a_list_follow_each_other(browser: TenantClient, shelf: Shelf) -> None:
    tea = shelf.category("Tea", "tea")
    for number in range(30):
        shelf.product(f"Tea {number}", category=tea, minor=1_000 + number)

    first = text_of(browser.get("/categories/tea/?sort=dearest"))
    second = text_of(browser.get("/categories/tea/?sort=dearest&page=2"))

    assert 'href="/categories/tea/?sort=dearest&amp;page=2"' in first
    assert first.index("Tea 29<") < first.index("Tea 6<")
    assert "Tea 5<" in second
    assert 'rel="prev" href="/categories/tea/?sort=dearest"' in second
    assert browser.get("/categories/tea/?page=3").status_code == 404


def test_a_page_that_is_kept_asks_the_database_nothing(browser: TenantClient, shelf: Shelf) -> None:
    shelf.product("Green tea")
    browser.get("/")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = browser.get("/", {"utm_source": "letter"})

    assert answer.status_code == 200
    assert asked(queries) == []
    assert browser.get("/", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    packed = browser.get("/", headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert len(packed.content) < len(answer.content) / 2


def test_a_change_of_data_makes_the_page_new(browser: TenantClient, shelf: Shelf) -> None:
    product = shelf.product("Green tea")
    before = browser.get("/")

    product.title = "Black tea"
    product.save()

    assert browser.get("/").content == before.content
    bump("catalogue")
    assert "Black tea" in text_of(browser.get("/"))


@pytest.mark.parametrize(
    ("path", "most"),
    [("/", 8), ("/categories/tea/", 12), ("/products/product-1/", 23), ("/search/?q=tea", 12)],
)
def test_pages_ask_a_fixed_number_of_questions(
    browser: TenantClient, shelf: Shelf, path: str, most: int
) -> None:
    tea = shelf.category("Tea", "tea")
    for number in range(3):
        shelf.product(f"Tea {number}", category=tea, options={"Size": ["S", "M"]})
    browser.get(path)
    counts = []
    for _round in range(2):
        bump("catalogue", "categories", "prices")
        with CaptureQueriesContext(connection) as queries:
            browser.get(path)
        counts.append(len(asked(queries)))
        for number in range(20):
            shelf.product(f"More tea {number}", category=tea, options={"Size": list("SMLX")})

    assert counts[0] == counts[1] <= most, asked(queries)


def test_nothing_stands_inline_and_the_policy_says_so(browser: TenantClient, shelf: Shelf) -> None:
    shelf.product("Green tea", pictures=2, options={"Size": ["S", "M"]})
    for path in ("/", "/products/product-1/", "/account/sign-in/"):
        answer = browser.get(path)

        page = text_of(answer)
        assert " style=" not in page
        assert "<style" not in page
        assert re.search(r" on[a-z]+=", page) is None
        for kind in re.findall(r"<script([^>]*)>", page):
            assert "src=" in kind or "json" in kind
