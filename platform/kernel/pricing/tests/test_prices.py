"""Prices: set, planned, explained, remembered, refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.catalogue.errors import InvalidProduct
from kernel.catalogue.models import Product
from kernel.catalogue.services import save_brand, save_grid
from kernel.common.errors import DomainError
from kernel.common.ids import uuid7
from kernel.common.money import LARGEST_MINOR, InvalidAmount, Money
from kernel.common.outbox.delivery import deliver_pending
from kernel.common.outbox.models import OutboxEvent
from kernel.common.time import utc_now
from kernel.pricing.errors import InvalidPrice, InvalidPriceList, PriceListCodeTaken, UnknownVariant
from kernel.pricing.models import BasePrice, PriceHistory, PriceList, PriceListEntry
from kernel.pricing.services import (
    ANYBODY,
    Buyer,
    ExplainedPrice,
    NewEntry,
    NewPrice,
    PriceListFields,
    PriceRequest,
    change_price_list,
    copy_price_list,
    prices_for,
    set_base_price,
    set_base_prices,
    set_entries,
)
from testkit.factories.catalogue import (
    ACTOR,
    make_category,
    make_collection,
    make_price_list,
    make_product,
    make_variant,
    variants_of,
)

pytestmark = pytest.mark.usefixtures("in_tenant_a")
NOW = utc_now()
DAY = timedelta(days=1)


def ask(
    variant: UUID, quantity: int = 1, *, buyer: Buyer = ANYBODY, now: Any = None
) -> ExplainedPrice:
    moment = now or utc_now()
    request = PriceRequest(variant, quantity)
    return prices_for([request], buyer=buyer, currency="CNY", now=moment)[variant]


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


def test_a_base_price_is_its_own_reason() -> None:
    variant = make_variant(price="10.00", compare_at="12.00")

    price = ask(variant.id)

    assert (price.unit, price.compare_at) == (cny("10.00"), cny("12.00"))
    assert [(step.kind, step.decides) for step in price.chain] == [("base", True)]


def test_overlapping_lists_resolve_by_priority_then_lowest_and_all_are_explained() -> None:
    variant = make_variant(price="10.00")
    make_price_list({variant.id: "1.00"}, name="low", priority=0)
    make_price_list({variant.id: "9.00"}, name="high dear", priority=5)
    make_price_list({variant.id: "8.00"}, name="high cheap", priority=5)

    price = ask(variant.id)

    assert price.unit == cny("8.00")
    assert price.compare_at == cny("10.00")
    assert [(step.label, step.unit.decimal(), step.decides) for step in price.chain] == [
        ("", "10.00", False),
        ("low", "1.00", False),
        ("high dear", "9.00", False),
        ("high cheap", "8.00", True),
    ]


def test_a_tier_is_reached_by_the_quantity_of_all_requests_together() -> None:
    variant = make_variant(price="10.00")
    wholesale = make_price_list({variant.id: "9.00"}, min_quantity=10)
    set_entries(wholesale.id, [NewEntry(variant.id, cny("7.00"), 100)], actor=ACTOR, now=NOW)

    found = {quantity: ask(variant.id, quantity) for quantity in (9, 10, 99, 100)}
    split = prices_for(
        [PriceRequest(variant.id, 60), PriceRequest(variant.id, 40)],
        buyer=ANYBODY,
        currency="CNY",
        now=utc_now(),
    )

    assert [found[quantity].unit.decimal() for quantity in found] == [
        "10.00",
        "9.00",
        "9.00",
        "7.00",
    ]
    assert found[10].chain[-1].kind == "tier"
    assert split[variant.id].unit == cny("7.00")


def test_a_planned_change_holds_from_its_moment_with_nothing_run() -> None:
    variant = make_variant(price="10.00")
    make_price_list({variant.id: "5.00"}, starts_at=NOW + DAY, ends_at=NOW + 2 * DAY)
    tick = timedelta(microseconds=1)

    prices = [
        ask(variant.id, now=moment).unit.decimal()
        for moment in (NOW + DAY - tick, NOW + DAY, NOW + 2 * DAY - tick, NOW + 2 * DAY)
    ]

    assert prices == ["10.00", "5.00", "5.00", "10.00"]


def test_a_copied_list_holds_from_its_own_moment_and_leaves_the_first_as_it_is() -> None:
    variant = make_variant(price="10.00")
    usual = make_price_list({variant.id: "9.00"})
    later = copy_price_list(usual.pk, code="later", name="Later", actor=ACTOR, now=NOW)
    set_entries(later.pk, [NewEntry(variant.id, cny("7.00"))], actor=ACTOR, now=NOW)

    assert ask(variant.id).unit == cny("9.00")

    dates: PriceListFields = {"is_active": True, "starts_at": NOW + 5 * DAY, "priority": 1}
    change_price_list(later.pk, dates, actor=ACTOR, now=NOW)

    assert ask(variant.id, now=NOW + 4 * DAY).unit == cny("9.00")
    assert ask(variant.id, now=NOW + 6 * DAY).unit == cny("7.00")


def test_a_list_is_for_its_audience() -> None:
    variant, member = make_variant(price="10.00"), uuid7()
    make_price_list({variant.id: "9.00"}, audience={"signed_in": True})
    make_price_list({variant.id: "8.00"}, audience={"groups": ["level:gold"]})
    make_price_list({variant.id: "7.00"}, audience={"members": [str(member)]})

    stranger, anyone = ask(variant.id), ask(variant.id, buyer=Buyer(uuid7()))
    gold = ask(variant.id, buyer=Buyer(uuid7(), frozenset({"level:gold"})))
    own = ask(variant.id, buyer=Buyer(member))

    assert [item.unit.decimal() for item in (stranger, anyone, gold, own)] == [
        "10.00",
        "9.00",
        "8.00",
        "7.00",
    ]


def test_rules_of_a_list_price_what_they_name_and_entries_go_first() -> None:
    brand = save_brand(name="Acme", actor=ACTOR)
    top = make_category("Top")
    below = make_category("Below", parent=top)
    named = make_product(price="9.99", brand_id=brand.id, tags=["t"], category_ids=[below.id])
    other = make_variant(price="9.99")
    own = variants_of(named)[0].id
    collection = make_collection(
        rules={"match": "all", "rules": [{"field": "tag", "operator": "is", "value": "t"}]}
    )
    for of, value in (
        ("brand", brand.public_id),
        ("tag", "t"),
        ("category", top.public_id),
        ("product", named.public_id),
        ("collection", collection.public_id),
    ):
        row = make_price_list(rules=[{"of": of, "value": value, "percent_off_bp": 1_500}])
        priced, plain = ask(own), ask(other.id)
        assert (priced.unit.decimal(), priced.chain[-1].kind) == ("8.49", "rule")
        assert plain.unit.decimal() == "9.99"
        change_price_list(row.id, {"is_active": False}, actor=ACTOR, now=NOW)

    everything = make_price_list(
        {own: "1.00"}, rules=[{"of": "all", "percent_off_bp": 5_000, "min_quantity": 2}]
    )
    assert (ask(own, 2).unit.decimal(), ask(other.id, 2).unit.decimal()) == ("1.00", "5.00")
    assert ask(other.id).unit.decimal() == "9.99"
    assert everything.priority == 0


def test_prices_cost_three_queries_and_seven_with_rules_however_many() -> None:
    variants = [make_variant() for _number in range(10)]
    for _number in range(3):
        make_price_list({item.id: "5.00" for item in variants})
    requests = [PriceRequest(item.id) for item in variants]

    costs = []
    for asked in (requests[:1], requests):
        with CaptureQueriesContext(connection) as caught:
            prices_for(asked, buyer=ANYBODY, currency="CNY", now=utc_now())
        costs.append(len(caught))
    make_price_list(rules=[{"of": "all", "percent_off_bp": 100}])
    with CaptureQueriesContext(connection) as caught:
        prices_for(requests, buyer=ANYBODY, currency="CNY", now=utc_now())

    assert costs == [3, 3]
    assert len(caught) <= 7


def test_what_has_no_price_is_left_out() -> None:
    variant = make_variant(price=None)

    found = prices_for([PriceRequest(variant.id)], buyer=ANYBODY, currency="CNY", now=NOW)
    in_euro = prices_for([PriceRequest(uuid7())], buyer=ANYBODY, currency="EUR", now=NOW)

    assert (found, in_euro) == ({}, {})


@pytest.mark.parametrize("quantity", [0, -1, 10**9])
def test_an_absurd_quantity_has_no_price(quantity: int) -> None:
    variant = make_variant()

    with pytest.raises(InvalidPrice):
        ask(variant.id, quantity)


def test_many_prices_are_set_with_as_many_statements_as_few() -> None:
    product = make_product(
        options={name: [f"{name}{number}" for number in range(5)] for name in "ABC"}, price=None
    )
    variants = variants_of(product)

    costs = []
    for wanted in (variants[:2], variants):
        rows = [
            NewPrice(item.id, Money(1_000 + number, "CNY")) for number, item in enumerate(wanted)
        ]
        with CaptureQueriesContext(connection) as caught:
            set_base_prices(rows, actor=ACTOR)
        costs.append(len(caught))

    product.refresh_from_db()
    assert costs[0] == costs[1]
    assert (product.lowest_minor, product.highest_minor) == (1_000, 1_124)
    assert product.lead_variant_id == variants[0].id


@pytest.mark.parametrize(
    ("price", "compare_at"),
    [
        (Money(-1, "CNY"), None),
        (Money(LARGEST_MINOR + 1, "CNY"), None),
        (Money(100, "XXX"), None),
        (Money(100, "CNY"), Money(-1, "CNY")),
        (Money(100, "CNY"), Money(200, "EUR")),
    ],
)
def test_a_price_that_cannot_be_changes_nothing(price: Money, compare_at: Money | None) -> None:
    first, second = make_variant(price="1.00"), make_variant(price="1.00")
    events = OutboxEvent.objects.count()

    with pytest.raises(InvalidPrice):
        set_base_prices(
            [NewPrice(first.id, Money(500, "CNY")), NewPrice(second.id, price, compare_at)],
            actor=ACTOR,
        )
    with pytest.raises(InvalidPrice):
        set_base_price(second.id, price, compare_at, actor=ACTOR)

    assert set(BasePrice.objects.values_list("minor", flat=True)) == {100}
    assert OutboxEvent.objects.count() == events


@pytest.mark.parametrize("text", ["1.23456", "1e30", "NaN", "Infinity", "１0x", "", "--1"])
def test_a_text_that_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(InvalidAmount):
        cny(text)


def test_a_gift_costs_nothing_which_is_a_price() -> None:
    variant = make_variant(price="0.00")

    free = ask(variant.id)
    set_base_prices([NewPrice(variant.id, None)], actor=ACTOR, currency="CNY")

    assert (free.unit, free.compare_at) == (cny("0"), None)
    assert not BasePrice.objects.exists()
    assert PriceHistory.objects.latest("id").minor is None


def test_a_price_for_nothing_known_is_refused() -> None:
    with pytest.raises(UnknownVariant):
        set_base_price(uuid7(), cny("1.00"), actor=ACTOR)


def test_the_same_price_again_leaves_no_trace() -> None:
    variant = make_variant(price="10.00")
    rows, events = PriceHistory.objects.count(), OutboxEvent.objects.count()

    assert set_base_prices([NewPrice(variant.id, cny("10.00"))], actor=ACTOR) == 0
    assert (PriceHistory.objects.count(), OutboxEvent.objects.count()) == (rows, events)


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "x" * 300},
        {"priority": 10**9},
        {"starts_at": NOW, "ends_at": NOW},
        {"audience": {"who": "all"}},
        {"audience": {"members": ["x"]}},
        {"audience": {"groups": "gold"}},
        {"rules": [{"of": "all", "percent_off_bp": 0}]},
        {"rules": [{"of": "all", "percent_off_bp": 10_001}]},
        {"rules": [{"of": "all", "percent_off_bp": 12.5}]},
        {"rules": [{"of": "brand", "value": "x", "percent_off_bp": 100}]},
        {"rules": [{"of": "x", "percent_off_bp": 100}]},
        {"rules": [{"of": "all", "percent_off_bp": 100, "min_quantity": 0}]},
        {"rules": [{"of": "all", "percent_off_bp": 100}] * 1000},
    ],
)
def test_a_list_that_cannot_be_is_not_made(fields: Any) -> None:
    with pytest.raises((InvalidPriceList, InvalidProduct)):
        make_price_list(**fields)

    assert not PriceList.objects.exists()


def test_entries_are_set_all_or_none() -> None:
    variant = make_variant()
    row = make_price_list({variant.id: "5.00"})
    good = NewEntry(variant.id, cny("4.00"))
    bad = [
        NewEntry(variant.id, cny("-1.00"), 2),
        NewEntry(variant.id, Money(100, "EUR"), 2),
        NewEntry(variant.id, cny("1.00"), 0),
        NewEntry(uuid7(), cny("1.00")),
        good,
    ]

    for entry in bad:
        with pytest.raises(DomainError):
            set_entries(row.id, [good, entry], actor=ACTOR, now=NOW)
    with pytest.raises(PriceListCodeTaken):
        make_price_list(code=row.code)

    assert PriceListEntry.objects.get().minor == 500
    set_entries(row.id, [NewEntry(variant.id, None)], actor=ACTOR, now=NOW)
    assert not PriceListEntry.objects.exists()


def test_the_span_follows_variants_that_go_off_sale() -> None:
    product = make_product(options={"Size": ["S", "M"]}, price="10.00")
    small, medium = variants_of(product)
    set_base_price(small.id, cny("5.00"), actor=ACTOR)
    before = Product.objects.get(pk=product.pk)

    save_grid(product.id, [(small.id, {"status": "archived"})], actor=ACTOR)
    deliver_pending(clock=utc_now, limit=50)

    after = Product.objects.get(pk=product.pk)
    assert (before.lowest_minor, before.lead_variant_id) == (500, small.id)
    assert (after.lowest_minor, after.lead_variant_id) == (1000, medium.id)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10_000)), min_size=1, max_size=5))
def test_whatever_lists_overlap_the_price_is_the_lowest_of_the_highest_priority(
    lists: list[tuple[int, int]],
) -> None:
    variant = make_variant(price="10.00")
    for priority, minor in lists:
        make_price_list({variant.id: Money(minor, "CNY").decimal()}, priority=priority)

    price = ask(variant.id)

    top = max(priority for priority, _minor in lists)
    assert price.unit.minor == min(minor for priority, minor in lists if priority == top)
    assert [step.decides for step in price.chain] == [False] * len(lists) + [True]
    assert len(price.chain) == len(lists) + 1
