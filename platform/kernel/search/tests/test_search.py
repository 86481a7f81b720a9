"""What searches find, in which order, narrowed down by what, and how soon."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from time import perf_counter
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.catalogue.choices import ProductStatus, VariantStatus
from kernel.catalogue.models import OptionType, Product, Variant
from kernel.catalogue.services import change_product, save_brand, save_product_type
from kernel.common.outbox.delivery import deliver_pending
from kernel.common.time import utc_now
from kernel.inventory.services import StockLine, default_location, receive
from kernel.reviews.services import hide
from kernel.search.choices import Sort
from kernel.search.documents import VERSION
from kernel.search.models import IndexState, SearchEntry
from kernel.search.selectors import (
    find,
    index_state,
    instead_of,
    shown_facets,
    suggestions,
)
from kernel.search.services import add_synonyms, ask_for_index, note_search, rebuild
from kernel.search.values import Wanted
from kernel.search.words import query_of, vector_of
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.catalogue import ACTOR, make_category, make_product
from testkit.factories.orders import make_variant
from testkit.factories.reviews import make_review


def deliver() -> None:
    while deliver_pending(clock=utc_now, limit=200) == 200:
        pass


def ratings() -> dict[int, int]:
    return dict(find(Wanted(now=utc_now(), text="telephone")).facets.ratings)


def titles(text: str = "", **told: Any) -> list[str]:
    found = find(Wanted(now=utc_now(), text=text, **told))
    names = dict(Product.objects.values_list("pk", "title"))
    return [names[key] for key in found.product_ids]


@pytest.fixture
def stocked() -> None:
    """Three telephones and what belongs to them, in the index."""
    apple = save_brand(handle="apple", name="苹果", i18n={"en": {"name": "Apple"}}, actor=ACTOR)
    kind = save_product_type(
        code="phone",
        name="Phone",
        schema=[
            {"code": "colour", "kind": "choice", "names": {"en": "Colour"}, "choices": ["红", "蓝"]}
        ],
        actor=ACTOR,
    )
    phones = make_category("Phones")
    described: dict[str, Any] = {"product_type_id": kind.pk, "category_ids": [phones.pk]}
    make_product(
        title="手机 苹果",
        price="50.00",
        attributes={"colour": "红"},
        brand_id=apple.pk,
        **described,
    )
    make_product(title="Phone case", price="5.00", attributes={"colour": "蓝"}, **described)
    make_product(title="Café cups", price="9.00", description_html="<p>Not for a phone.</p>")
    deliver()


@pytest.mark.usefixtures("in_tenant_a", "stocked")
def test_words_are_found_in_any_order_script_and_spelling() -> None:
    assert titles("苹果手机") == titles("手机苹果") == titles("苹果 手机") == ["手机 苹果"]
    assert titles("ＣＡＦＥ cup") == titles("café") == titles("caf") == ["Café cups"]
    assert titles("apple") == titles("红苹果手机") == ["手机 苹果"]
    assert titles("cases") == ["Phone case"]
    assert titles("果手") == titles("nothing") == titles("&|!'():*") == []


@pytest.mark.usefixtures("in_tenant_a", "stocked")
def test_a_title_outweighs_a_category_and_a_category_a_description() -> None:
    assert titles("phone") == ["Phone case", "手机 苹果", "Café cups"]
    assert titles("phone", sort=Sort.CHEAPEST) == ["Phone case", "Café cups", "手机 苹果"]
    assert titles("phone", sort=Sort.DEAREST)[0] == "手机 苹果"
    assert titles("phone", sort=Sort.NEWEST)[0] == "Café cups"


@pytest.mark.usefixtures("in_tenant_a", "stocked")
def test_each_facet_counts_what_another_choice_of_it_would_leave() -> None:
    red = Wanted(now=utc_now(), text="phone", attributes={"colour": ("红",)})

    with CaptureQueriesContext(connection) as caught:
        found = find(red)
        shown = {each.code: each for each in shown_facets(found.facets, red, language="en")}

    assert len(caught) == 5
    assert (found.count, found.facets.highest_minor) == (1, 5000)
    colours = shown["colour"]
    assert colours.title == "Colour"
    assert [(each.key, each.count, each.is_chosen) for each in colours.choices] == [
        ("红", 1, True),
        ("蓝", 1, False),
    ]
    assert [(each.title, each.count) for each in shown["brand"].choices] == [("Apple", 1)]
    assert [each.count for each in shown["category"].choices] == [1]
    assert find(replace(red, lowest_minor=100, highest_minor=2000)).count == 0
    assert find(replace(red, attributes={"colour": ("红", "蓝")})).count == 2


@pytest.mark.usefixtures("in_tenant_a", "stocked")
def test_what_is_unpublished_renamed_or_over_is_gone_with_its_event() -> None:
    case = Product.objects.get(title="Phone case")
    change_product(case.pk, {"status": ProductStatus.ARCHIVED}, actor=ACTOR)
    cups = Product.objects.get(title="Café cups")
    soon = utc_now() + timedelta(hours=1)
    change_product(cups.pk, {"title": "Mugs", "published_until": soon}, actor=ACTOR)
    deliver()

    assert titles("case") == titles("cups") == []
    assert titles("mugs") == ["Mugs"]
    assert find(Wanted(now=soon + timedelta(seconds=1), text="mugs")).count == 0
    assert find(Wanted(now=utc_now())).count == 2


@pytest.mark.usefixtures("in_tenant_a", "stocked")
def test_synonyms_find_the_same_and_suggestions_what_begins_so() -> None:
    add_synonyms(["手机", "handset", "mobile phone"], actor=ACTOR, now=utc_now())
    note_search("手机壳", found=0, now=utc_now())
    note_search("Phone CASE", found=1, now=utc_now())

    assert titles("苹果handset") == titles("苹果 mobile phone") == ["手机 苹果"]
    found = suggestions("pho", now=utc_now(), language="en")
    assert [(each.text, bool(each.handle)) for each in found] == [
        ("phone case", False),
        ("Phone case", True),
    ]
    assert [each.text for each in suggestions("手", now=utc_now(), language="en")] == ["手机 苹果"]


@pytest.mark.usefixtures("in_tenant_a")
def test_the_index_is_made_anew_in_batches_and_knows_the_stock() -> None:
    make_variant(title="Tea there", stock=3)
    gone = make_variant(title="Tea gone", stock=0)
    SearchEntry.objects.all().delete()
    seen: list[int] = []

    rebuild(clock=utc_now, batch=1, told=seen.append)

    assert seen == [1, 2]
    assert titles("tea", only_in_stock=True) == ["Tea there"]
    assert find(Wanted(now=utc_now(), text="tea")).facets.in_stock == 1

    receive([StockLine(gone.pk, default_location().pk, 2)], actor=ACTOR)
    deliver()

    assert sorted(titles("tea", only_in_stock=True)) == ["Tea gone", "Tea there"]


@pytest.mark.usefixtures("in_tenant_a")
def test_options_of_variants_are_facets_whoever_wrote_them() -> None:
    make_product(title="Scarf", options={"Colour": ["Red", "Blue"]})
    make_product(title="Warm scarf", options={"COLOUR": ["Red"]})
    make_product(title="Scarf plain")
    OptionType.objects.update(names={"zh-hans": "颜色"})
    deliver()
    red = Wanted(now=utc_now(), text="scarf", options={"colour": ("Red",)})

    found = find(red)
    shown = {each.kind: each for each in shown_facets(found.facets, red, language="zh-hans")}
    hide_red = Variant.objects.filter(title="Red")
    hide_red.update(status=VariantStatus.ARCHIVED)
    rebuild(clock=utc_now)

    assert (found.count, shown["option"].code, shown["option"].title) == (2, "colour", "颜色")
    assert [(each.key, each.count, each.is_chosen) for each in shown["option"].choices] == [
        ("Red", 2, True),
        ("Blue", 1, False),
    ]
    assert find(red).count == 0


@pytest.mark.usefixtures("in_tenant_a", "stocked")
def test_a_brand_is_found_by_its_new_name() -> None:
    save_brand(handle="apple", name="梨子", i18n={"en": {"name": "Pear"}}, actor=ACTOR)
    save_product_type(code="phone", name="Phone", schema=[], actor=ACTOR)
    deliver()

    assert titles("pear") == titles("梨子手机") == ["手机 苹果"]
    assert titles("apple") == []
    assert find(Wanted(now=utc_now(), text="phone")).facets.attributes == {}


@pytest.mark.usefixtures("in_tenant_a", "stocked")
def test_a_misspelt_word_is_told_what_it_may_have_meant() -> None:
    now = utc_now()

    assert instead_of("phnoe cases", now=now) == "phone case"
    assert instead_of("Aple 手机", now=now) == "apple 手机"
    for nothing in ("", "phone", "xyzzyx", "it", "手几", "'); --"):
        assert instead_of(nothing, now=now) == ""


@pytest.mark.usefixtures("in_tenant_a")
def test_a_shop_that_was_there_before_gets_its_index_with_the_first_search() -> None:
    make_product(title="Old tea")
    SearchEntry.objects.all().delete()
    IndexState.objects.all().delete()
    now = utc_now()

    is_current, is_asked = note_search("tea", found=0, now=now), ask_for_index(now=now)
    rebuild(clock=utc_now)

    assert (is_current, is_asked, titles("tea")) == (False, True, ["Old tea"])
    state = index_state()
    assert state is not None
    assert (state.version, state.products) == (VERSION, 1)
    assert note_search("tea", found=1, now=now)
    assert not ask_for_index(now=now)
    IndexState.objects.update(version=VERSION - 1)
    assert ask_for_index(now=now)


@pytest.mark.usefixtures("in_tenant_a")
def test_what_many_products_leave_to_choose_from_is_kept_for_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kernel.search.postgres._MANY", 1)
    make_product(title="Tea", price="5.00")
    make_product(title="Pot", price="9.00")
    deliver()
    everything = Wanted(now=utc_now(), lowest_minor=321, sort=Sort.CHEAPEST)

    first = find(everything)
    with CaptureQueriesContext(connection) as caught:
        again = find(everything)

    assert (first, len(caught)) == (again, 1)
    assert titles(lowest_minor=321, sort=Sort.DEAREST) == ["Pot", "Tea"]


def test_a_search_never_finds_another_tenants_products(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    with tenant_context(tenant_a):
        make_product(title="Only here")
        deliver()
        assert titles("only") == ["Only here"]
    with tenant_context(tenant_b):
        deliver()
        assert titles("only") == []
        assert suggestions("only", now=utc_now(), language="en") == []


def test_a_word_is_never_read_as_an_operator() -> None:
    assert query_of("it's a (b|c) & !d:*") == "('it':* & 's' & 'a' & 'b' & 'c' & 'd')"
    assert query_of("手机壳") == "(('手机' | '手') & ('手机' | '机壳') & ('机壳' | '壳'))"
    assert vector_of([("Tea's 茶叶", "A")]) == "'tea':1A 's':2A '茶':3A '茶叶':3A '叶':4A"


@pytest.mark.usefixtures("in_tenant_a")
@pytest.mark.parametrize("size", [2_000, pytest.param(100_000, marks=pytest.mark.soak)])
def test_faceted_searches_are_answered_in_time(size: int) -> None:
    shelves = [make_category(f"Shelf {number}") for number in range(20)]
    fill_index(size, [each.pk.hex for each in shelves])

    spent = []
    for number in range(40):
        wanted = Wanted(
            now=utc_now(),
            text=("红色手机", "tea", "款式", f"item {number}")[number % 4],
            category_id=shelves[number % 20].pk if number % 3 else None,
            lowest_minor=100 if number % 2 else None,
        )
        began = perf_counter()
        find(wanted)
        spent.append(perf_counter() - began)

    assert sorted(spent)[37] < 0.2


def fill_index(size: int, shelves: list[str]) -> None:
    """Put products of five kinds into the index, as the provider would."""
    colours, things = ("红色", "蓝色", "绿色", "白色"), ("手机", "tea", "茶叶", "shirt", "款式")
    products = Product.objects.bulk_create(
        [
            Product(handle=f"p-{number}", title=f"item {number}", status=ProductStatus.ACTIVE)
            for number in range(size)
        ],
        batch_size=5_000,
    )
    SearchEntry.objects.bulk_create(
        [
            SearchEntry(
                product_id=each.pk,
                vector=vector_of(
                    [
                        (f"{colours[number % 4]}{things[number % 5]} item {number}", "A"),
                        ("From the third terrace below the old temple 手工采摘，阳光晒干。", "D"),
                    ]
                ),
                facets=[f"c:{shelves[number % 20]}", f"a:colour={colours[number % 4]}"],
                price_minor=number % 9_000,
                is_in_stock=bool(number % 7),
                created_at=utc_now(),
            )
            for number, each in enumerate(products)
        ],
        batch_size=5_000,
    )


@pytest.mark.usefixtures("in_tenant_a")
def test_hidden_reviews_vanish_from_search_facets() -> None:
    good, fair = (make_variant(title=f"Telephone {name}") for name in ("one", "two"))
    for product in (good.product, fair.product):
        change_product(product.pk, {"summary": "Rings."}, actor=ACTOR)
    best = make_review(variant_id=good.pk, goods=5)
    make_review(variant_id=fair.pk, goods=3)
    deliver()
    at_first = ratings()
    four = titles("telephone", least_stars=4)

    hide(best.pk, reason="Not about it.", actor=ACTOR, now=utc_now())
    deliver()

    assert at_first == {1: 2, 2: 2, 3: 2, 4: 1}
    assert four == ["Telephone one"]
    assert ratings() == {1: 1, 2: 1, 3: 1}
    assert titles("telephone", least_stars=4) == []
