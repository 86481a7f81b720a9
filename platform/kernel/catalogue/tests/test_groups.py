"""The category tree and collections."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.catalogue.errors import (
    CategoryInUse,
    HandleTaken,
    InvalidCategory,
    InvalidProduct,
    InvalidRules,
    NotFound,
)
from kernel.catalogue.models import (
    Category,
    Collection,
    CollectionProduct,
    Product,
    ProductCategory,
)
from kernel.catalogue.selectors import (
    CardFilter,
    breadcrumbs,
    category_at,
    category_tree,
    moved_category,
    product_cards,
)
from kernel.catalogue.services import (
    change_category,
    change_collection,
    change_product,
    delete_category,
    merge_category,
    move_category,
    place_in_category,
    save_brand,
    set_collection_products,
)
from kernel.catalogue.services.collections import refresh_by_clock, refresh_collection
from kernel.common.ids import uuid7
from kernel.common.money import Money
from kernel.common.outbox.delivery import deliver_pending
from kernel.common.time import utc_now
from kernel.pricing.services import set_base_price
from testkit.factories.catalogue import (
    ACTOR,
    make_category,
    make_collection,
    make_product,
    variants_of,
)

pytestmark = pytest.mark.usefixtures("in_tenant_a")
NOW = utc_now()


def run_events() -> None:
    while deliver_pending(clock=utc_now, limit=100) == 100:
        pass


def members(collection: Collection) -> set[str]:
    rows = CollectionProduct.objects.filter(collection=collection)
    return set(rows.values_list("product__title", flat=True))


def test_the_tree_is_read_with_one_query() -> None:
    women, men = make_category("Women"), make_category("Men")
    dresses = make_category("Dresses", parent=women)
    make_category("Hidden", parent=dresses, is_shown=False)

    with CaptureQueriesContext(connection) as caught:
        tree = category_tree()

    assert len(caught) == 1
    assert [(node.title, [child.path for child in node.children]) for node in tree] == [
        ("Women", ["women/dresses"]),
        ("Men", []),
    ]
    assert tree[0].children[0].children == []
    assert [item.title for item in breadcrumbs(dresses)] == ["Women", "Dresses"]
    assert men.depth == 1


def test_a_moved_category_with_5000_products_keeps_its_old_addresses() -> None:
    women, sale = make_category("Women"), make_category("Sale")
    dresses = make_category("Dresses", parent=women)
    silk = make_category("Silk", parent=dresses)
    products = Product.objects.bulk_create(
        Product(id=uuid7(), handle=f"p-{number}", title="x", status="active")
        for number in range(5000)
    )
    place_in_category(silk.id, [item.id for item in products], actor=ACTOR)

    with CaptureQueriesContext(connection) as caught:
        move_category(dresses.id, parent_id=sale.id, actor=ACTOR)

    assert len(caught) < 30
    assert moved_category("women/dresses") == "sale/dresses"
    assert moved_category("women/dresses/silk") == "sale/dresses/silk"
    page = product_cards(CardFilter(category_path="sale/dresses"), now=NOW)
    assert len(page.cards) == 48
    move_category(dresses.id, parent_id=women.id, actor=ACTOR)
    assert category_at("women/dresses/silk").id == silk.id
    assert moved_category("women/dresses") is None
    assert moved_category("sale/dresses/silk") == "women/dresses/silk"


def test_a_merged_category_gives_everything_to_the_other() -> None:
    old, new = make_category("Old"), make_category("New")
    make_category("Silk", parent=old)
    make_category("Silk", parent=new)
    shared = make_product(category_ids=[old.id, new.id])
    only_old = make_product(category_ids=[old.id])

    merge_category(old.id, into_id=new.id, actor=ACTOR)

    rows = ProductCategory.objects.filter(category=new)
    assert set(rows.values_list("product", flat=True)) == {shared.id, only_old.id}
    assert moved_category("old") == "new"
    assert moved_category("old/silk") == "new/silk-2"
    assert not Category.objects.filter(title="Old").exists()


def test_a_new_slug_leaves_a_redirect_and_a_new_category_takes_the_address_back() -> None:
    shirts = make_category("Shirts")

    change_category(shirts.id, {"slug": "tops"}, actor=ACTOR)
    before = moved_category("shirts")
    make_category("Shirts")

    assert (before, moved_category("shirts")) == ("tops", None)


def test_a_category_never_stands_below_itself_nor_too_deep() -> None:
    top = make_category("1")
    chain = [top]
    for number in range(2, 9):
        chain.append(make_category(str(number), parent=chain[-1]))
    paths = set(Category.objects.values_list("path", flat=True))

    other = make_category("Other")
    for parent in (chain[3], top, other):
        with pytest.raises(InvalidCategory):
            move_category(top.id, parent_id=parent.id, actor=ACTOR)
    with pytest.raises(InvalidCategory):
        merge_category(top.id, into_id=chain[1].id, actor=ACTOR)
    with pytest.raises(InvalidCategory):
        make_category("9", parent=chain[-1])

    assert set(Category.objects.values_list("path", flat=True)) == paths | {"other"}


def test_a_category_that_holds_something_is_not_deleted() -> None:
    full = make_category("Full")
    make_product(category_ids=[full.id])
    empty = make_category("Empty")

    with pytest.raises(CategoryInUse):
        delete_category(full.id, actor=ACTOR)
    delete_category(empty.id, actor=ACTOR)

    assert [item.title for item in Category.objects.all()] == ["Full"]
    with pytest.raises(NotFound):
        delete_category(empty.id, actor=ACTOR)


@pytest.mark.parametrize(
    "fields",
    [{"title": " "}, {"title": "x" * 300}, {"title": "a\tb"}, {"slug": "A b"}, {"slug": "a/b"}],
)
def test_a_category_needs_a_name_that_can_be_shown(fields: Any) -> None:
    with pytest.raises(InvalidProduct):
        make_category(**{"title": "Fine", **fields})

    assert not Category.objects.exists()


def test_siblings_stand_in_the_order_they_are_given() -> None:
    for title in "abc":
        make_category(title)

    move_category(category_at("c").id, parent_id=None, position=0, actor=ACTOR)

    assert [node.title for node in category_tree()] == ["c", "a", "b"]


def rule(field: str, operator: str, value: object) -> dict[str, object]:
    return {"field": field, "operator": operator, "value": value}


def test_a_rule_collection_follows_a_price_within_one_cycle_of_events() -> None:
    cheap = make_collection(rules={"match": "all", "rules": [rule("price", "lt", "50.00")]})
    product = make_product(title="Shirt", price="60.00")
    run_events()
    before = members(cheap)

    set_base_price(variants_of(product)[0].id, Money(4_999, "CNY"), actor=ACTOR)
    run_events()
    after = members(cheap)
    set_base_price(variants_of(product)[0].id, Money(5_000, "CNY"), actor=ACTOR)
    run_events()

    assert (before, after, members(cheap)) == (set(), {"Shirt"}, set())


def test_rules_choose_by_every_field_alike_for_one_product_and_for_all() -> None:
    brand = save_brand(name="Acme", actor=ACTOR)
    parent = make_category("Clothes")
    child = make_category("Shirts_x", parent=parent)
    make_category("Clothes2")
    make_product(title="Branded", brand_id=brand.id, tags=["sale"], price="5.00")
    make_product(title="Placed", category_ids=[child.id], price="50.00")
    make_product(title="Plain", price=None)
    today = NOW.date()
    wanted = {
        ("tag", "is", "sale"): {"Branded"},
        ("tag", "is_not", "sale"): {"Placed", "Plain"},
        ("brand", "is", brand.public_id): {"Branded"},
        ("brand", "is_not", brand.public_id): {"Placed", "Plain"},
        ("category", "is", parent.public_id): {"Placed"},
        ("category", "is_not", parent.public_id): {"Branded", "Plain"},
        ("price", "gte", "50"): {"Placed"},
        ("price", "eq", "5.00"): {"Branded"},
        ("created", "after", str(today - timedelta(days=5))): {"Branded", "Placed", "Plain"},
        ("created", "before", str(today - timedelta(days=5))): set(),
        ("created", "within_days", 2): {"Branded", "Placed", "Plain"},
    }

    first = {key: make_collection(rules={"match": "all", "rules": [rule(*key)]}) for key in wanted}
    by_all = {key: members(item) for key, item in first.items()}
    CollectionProduct.objects.all().delete()
    run_events()

    assert by_all == wanted
    assert {key: members(item) for key, item in first.items()} == wanted


def test_any_of_the_rules_is_enough_when_that_is_said() -> None:
    make_product(title="A", tags=["a"])
    make_product(title="B", tags=["b"])
    rules = [rule("tag", "is", "a"), rule("tag", "is", "b")]

    both = make_collection(rules={"match": "all", "rules": rules})
    either = make_collection(rules={"match": "any", "rules": rules})

    assert (members(both), members(either)) == (set(), {"A", "B"})


def test_moving_a_category_moves_its_products_into_rule_collections() -> None:
    clothes, shirts = make_category("Clothes"), make_category("Shirts")
    make_product(title="Shirt", category_ids=[shirts.id])
    chosen = make_collection(
        rules={"match": "all", "rules": [rule("category", "is", clothes.public_id)]}
    )

    move_category(shirts.id, parent_id=clothes.id, actor=ACTOR)
    run_events()

    assert members(chosen) == {"Shirt"}


def test_what_is_new_grows_old_by_the_clock() -> None:
    make_product(title="New")
    recent = make_collection(rules={"match": "all", "rules": [rule("created", "within_days", 7)]})
    before = members(recent)

    refresh_by_clock(now=NOW + timedelta(days=8))

    assert (before, members(recent)) == ({"New"}, set())


def test_refreshing_what_is_right_changes_nothing() -> None:
    make_product(tags=["a"])
    chosen = make_collection(rules={"match": "all", "rules": [rule("tag", "is", "a")]})

    assert refresh_collection(chosen.id, now=NOW) is False


@pytest.mark.parametrize(
    "rules",
    [
        {"match": "some", "rules": [rule("tag", "is", "a")]},
        {"match": "all", "rules": []},
        {"match": "all", "rules": [rule("tag", "is", "a")] * 1000},
        {"match": "all", "rules": [rule("price", "lt", "1.23456")]},
        {"match": "all", "rules": [rule("price", "lt", "-1")]},
        {"match": "all", "rules": [rule("price", "lt", 5)]},
        {"match": "all", "rules": [rule("price", "like", "5")]},
        {"match": "all", "rules": [rule("owner", "is", "5")]},
        {"match": "all", "rules": [rule("brand", "is", "5")]},
        {"match": "all", "rules": [rule("created", "after", "soon")]},
        {"match": "all", "rules": [rule("created", "within_days", 10**9)]},
        {"match": "all", "rules": ["x"]},
        {"match": "all"},
    ],
)
def test_rules_that_cannot_be_read_make_nothing(rules: Any) -> None:
    with pytest.raises(InvalidRules):
        make_collection(rules=rules)

    assert not Collection.objects.exists()


def test_a_collection_by_hand_keeps_its_order() -> None:
    products = [make_product(title=title) for title in "abc"]
    picked = make_collection("Picked")

    set_collection_products(
        picked.id, [products[2].id, products[0].id, products[1].id], actor=ACTOR
    )

    page = product_cards(CardFilter(collection_id=picked.id), "manual", limit=2, now=NOW)
    rest = product_cards(
        CardFilter(collection_id=picked.id), "manual", page.next_cursor or "", now=NOW
    )
    assert [card.title for card in [*page.cards, *rest.cards]] == ["c", "a", "b"]
    for refused in ([uuid7()],):
        with pytest.raises(InvalidProduct):
            set_collection_products(picked.id, refused, actor=ACTOR)
    with pytest.raises(InvalidRules):
        change_collection(
            picked.id,
            {"rules": {"match": "all", "rules": [rule("tag", "is", "a")]}},
            actor=ACTOR,
            now=NOW,
        )
    with pytest.raises(HandleTaken):
        make_collection("Other", handle="picked")


def test_a_changed_tag_moves_the_product_at_the_next_event() -> None:
    chosen = make_collection(rules={"match": "all", "rules": [rule("tag", "is", "新品")]})
    product = make_product(title="茶")

    change_product(product.id, {"tags": ["新品"]}, actor=ACTOR)
    run_events()

    assert members(chosen) == {"茶"}
