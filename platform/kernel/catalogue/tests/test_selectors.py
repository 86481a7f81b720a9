"""Lists, the product page, search: what they find, and at what cost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.catalogue.choices import PictureState
from kernel.catalogue.cursors import InvalidCursor
from kernel.catalogue.errors import NotFound
from kernel.catalogue.models import Picture, Product
from kernel.catalogue.selectors import (
    CardFilter,
    Sort,
    moved_handle,
    product_cards,
    product_page,
    variant_facts,
)
from kernel.catalogue.services import (
    add_picture,
    change_product,
    save_brand,
    save_label,
)
from kernel.common.ids import uuid7
from kernel.common.time import utc_now
from testkit.factories.catalogue import (
    ACTOR,
    make_category,
    make_product,
    picture_bytes,
    variants_of,
)

pytestmark = pytest.mark.usefixtures("in_tenant_a")
NOW = utc_now()


def titles(narrowed: CardFilter, sort: Sort = "title") -> list[str]:
    return [card.title for card in product_cards(narrowed, sort, now=utc_now()).cards]


def test_a_list_of_48_costs_as_much_as_one_of_2_whatever_the_variants() -> None:
    label = save_label(code="fast", titles={"en": "Ships today"}, actor=ACTOR)
    brand = save_brand(name="Acme", actor=ACTOR)
    place = make_category("Shirts")
    for number in range(50):
        product = make_product(
            options={"Size": ["S", "M", "L"]} if number % 2 else None,
            label_ids=[label.id],
            brand_id=brand.id,
            category_ids=[place.id],
        )
        if number > 47:
            add_picture(product.id, picture_bytes(), actor=ACTOR)
    Picture.objects.update(state=PictureState.READY)

    costs = []
    for limit in (2, 48):
        with CaptureQueriesContext(connection) as caught:
            page = product_cards(
                CardFilter(category_path="shirts"), limit=limit, now=NOW + timedelta(days=1)
            )
        costs.append(len(caught))

    assert costs == [3, 3]
    first = page.cards[0]
    assert (len(page.cards), first.labels, first.brand) == (48, ("Ships today",), "Acme")
    assert (first.has_choices, page.cards[1].has_choices) == (True, False)
    assert first.picture is not None
    assert first.lowest is not None
    assert first.lowest.decimal() == "10.00"


def test_a_product_page_costs_seven_queries_whatever_the_variants() -> None:
    small = make_product(title="Small", price=None)
    large = make_product(
        title="Large",
        options={name: [f"{name}{number}" for number in range(5)] for name in "ABC"},
        price=None,
    )
    for _number in range(3):
        add_picture(large.id, picture_bytes(), actor=ACTOR)
    Picture.objects.update(state=PictureState.READY)

    costs = []
    for product in (small, large):
        with CaptureQueriesContext(connection) as caught:
            page = product_page(product.handle, now=NOW + timedelta(days=1))
        costs.append(len(caught))

    assert costs == [7, 7]
    assert (len(page.variants), len(page.pictures), len(page.options)) == (125, 3, 3)
    assert page.variants[7].title == "A0 / B1 / C2"
    assert page.variants[7].value_ids == (
        page.options[0].values[0].id,
        page.options[1].values[1].id,
        page.options[2].values[2].id,
    )


@pytest.mark.parametrize("sort", ["newest", "oldest", "price_low", "price_high", "title"])
def test_pages_of_a_list_show_each_product_once(sort: Sort) -> None:
    for number in range(9):
        make_product(title=f"P{number % 3}", price=None if number == 4 else f"{number % 4}.00")

    seen, cursor = [], ""
    while True:
        page = product_cards(None, sort, cursor, 2, now=utc_now())
        seen += [card.id for card in page.cards]
        if page.next_cursor is None:
            break
        cursor = page.next_cursor

    assert len(seen) == len(set(seen)) == 9
    whole = product_cards(None, sort, limit=50, now=utc_now())
    assert [card.id for card in whole.cards] == seen


def test_what_has_no_price_stands_last_whichever_way_prices_run() -> None:
    make_product(title="none", price=None)
    make_product(title="dear", price="9.00")
    make_product(title="cheap", price="1.00")

    assert titles(CardFilter(), "price_low") == ["cheap", "dear", "none"]
    assert titles(CardFilter(), "price_high") == ["dear", "cheap", "none"]


@pytest.mark.parametrize(
    "cursor", ["x", "é", "bnVsbA", "WyJuZXdlc3QiLDEsIngiXQ", "A" * 5000, "W1tbW1tb"]
)
def test_a_cursor_that_was_not_handed_out_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        product_cards(None, "newest", cursor, now=NOW)


def test_a_cursor_belongs_to_one_order() -> None:
    for _number in range(3):
        make_product()
    page = product_cards(None, "newest", limit=1, now=utc_now())

    with pytest.raises(InvalidCursor):
        product_cards(None, "title", page.next_cursor or "", now=NOW)


def test_only_what_is_published_at_the_moment_is_seen() -> None:
    day = timedelta(days=1)
    make_product(title="now")
    make_product(title="soon", published_from=NOW + day)
    make_product(title="over", published_from=NOW - 2 * day, published_until=NOW - day)
    make_product(title="draft", status="draft")
    make_product(title="gone", status="archived")

    assert titles(CardFilter()) == ["now"]
    later = product_cards(None, "title", now=NOW + 2 * day)
    assert [card.title for card in later.cards] == ["now", "soon"]
    assert len(product_cards(None, now=None).cards) == 5
    with pytest.raises(NotFound):
        product_page("draft", now=NOW)
    assert product_page("draft", now=None).title == "draft"


def test_filters_narrow_the_list() -> None:
    acme = save_brand(name="Acme", actor=ACTOR)
    shirts = make_category("Shirts", parent=make_category("Clothes"))
    seller = uuid7()
    make_product(title="a", brand_id=acme.id, tags=["x", "y"], price="5.00")
    make_product(title="b", category_ids=[shirts.id], tags=["x"], price="15.00")
    make_product(title="c", seller_id=seller, kind="service", price="25.00")

    assert titles(CardFilter(brand_ids=[acme.id])) == ["a"]
    assert titles(CardFilter(tags=["x"])) == ["a", "b"]
    assert titles(CardFilter(tags=["x", "y"])) == ["a"]
    assert titles(CardFilter(category_path="clothes")) == ["b"]
    assert titles(CardFilter(category_path="clothe")) == []
    assert titles(CardFilter(seller_id=seller)) == ["c"]
    assert titles(CardFilter(kinds=["service"])) == ["c"]
    assert titles(CardFilter(lowest_minor=1000, highest_minor=2000)) == ["b"]
    assert titles(CardFilter(product_ids=[])) == []


def test_staff_find_by_parts_of_title_sku_and_tag_in_any_script() -> None:
    make_product(title="有机五常大米", tags=["农产品"], sku="RICE-5KG")
    make_product(title="Blue Shirt 100%", i18n={"zh-hans": {"title": "蓝衬衫"}})

    def found(text: str) -> list[str]:
        return [card.title for card in product_cards(CardFilter(text=text), now=None).cards]

    assert (
        found("五常") == found("农产") == found("rice-5") == found("大米 rice") == ["有机五常大米"]
    )
    assert found("衬衫") == found("SHIRT blue") == found("100%") == ["Blue Shirt 100%"]
    assert found("%") == ["Blue Shirt 100%"]
    assert found("rice shirt") == found("_") == []


def test_texts_come_in_the_language_asked_for() -> None:
    make_product(title="茶", handle="tea", i18n={"en": {"title": "Tea", "summary": "Green"}})

    english = product_page("tea", now=utc_now(), language="en-gb")
    chinese = product_page("tea", now=utc_now(), language="zh-hans")

    assert (english.title, english.summary, english.seo_title) == ("Tea", "Green", "Tea")
    assert (chinese.title, chinese.summary) == ("茶", "")


def test_an_old_handle_is_known() -> None:
    product = make_product(handle="old")
    change_product(product.id, {"handle": "new"}, actor=ACTOR)

    assert (moved_handle("old"), moved_handle("never")) == ("new", None)


def test_facts_of_variants_cost_three_queries() -> None:
    shirt = make_product(title="Shirt", options={"Size": ["S", "M"]}, min_per_order=2)
    gone = make_product(title="Gone")
    Product.objects.filter(pk=gone.pk).update(status="archived")
    ids = [item.id for item in [*variants_of(shirt), *variants_of(gone)]]

    with CaptureQueriesContext(connection) as caught:
        facts = variant_facts([*ids, uuid7()], now=utc_now())

    assert len(caught) == 3
    assert [(facts[key].variant_title, facts[key].is_on_sale) for key in ids] == [
        ("S", True),
        ("M", True),
        ("", False),
    ]
    assert facts[ids[0]].min_per_order == 2
