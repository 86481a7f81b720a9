"""What promotions do to carts, kind by kind, and together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.common.ids import public_id, uuid7
from kernel.common.time import utc_now
from kernel.promotions.actions import action_named
from kernel.promotions.case import BuyerFacts, CaseLine
from kernel.promotions.conditions import known_condition
from kernel.promotions.errors import InvalidPromotion
from kernel.promotions.evaluation import Budgets, evaluate, hints
from kernel.promotions.offers import Offer
from kernel.promotions.scopes import Scope, marks_at_hand

BUYER = BuyerFacts(member_id=uuid7(), groups=frozenset(), local=utc_now(), is_first_order=True)
GIFT = public_id("var", uuid7())


def line(key: int, unit: int, quantity: int = 1, product: UUID | None = None) -> CaseLine:
    product = product or uuid7()
    marks = marks_at_hand(product, None)
    return CaseLine(key, uuid7(), product, None, unit, quantity, unit * quantity, marks)


def offer(kind: str, terms: Mapping[str, Any], *, scope: Scope | None = None, **more: Any) -> Offer:
    action = action_named(kind)
    conditions = tuple(
        (known_condition(name), value) for name, value in more.pop("conditions", {}).items()
    )
    key = uuid7()
    return Offer(
        key=key,
        source=f"promotion.{key.hex}.platform",
        name=kind,
        names={},
        action=action,
        terms=action.read(action.checked(terms)),
        currency="CNY",
        conditions=conditions,  # type: ignore[arg-type]  # known ones
        scope=scope or Scope(),
        audience={},
        stacking=more.pop("stacking", action.stacking),
        **more,
    )


def off(offers: list[Offer], lines: list[CaseLine]) -> dict[int, int]:
    before = {each.key: each.left_minor for each in lines}
    evaluate(offers, lines, BUYER, Budgets())
    return {each.key: before[each.key] - each.left_minor for each in lines}


TIERS = {
    "tiers": [{"from_minor": 10000, "off_minor": 1000}, {"from_minor": 20000, "off_minor": 3000}]
}
EVERY = {"tiers": [{"from_minor": 10000, "off_minor": 1000}], "repeats": True}
BY_PIECES = {"by": "pieces", "tiers": [{"from": 3, "off_bp": 1000}]}


@pytest.mark.parametrize(
    ("kind", "terms", "lines", "expected"),
    [
        ("reduction", TIERS, [(9999, 1)], {0: 0}),
        ("reduction", TIERS, [(10000, 1), (5000, 1)], {0: 667, 1: 333}),
        ("reduction", TIERS, [(10000, 2)], {0: 3000}),
        ("reduction", EVERY, [(12000, 3)], {0: 3000}),
        ("reduction", BY_PIECES, [(1000, 2), (500, 1)], {0: 200, 1: 50}),
        ("discount", {"off_bp": 1500}, [(999, 1)], {0: 150}),
        ("discount", {"off_bp": 5000, "cap_minor": 300}, [(999, 1)], {0: 300}),
        ("discount", {"piece_minor": 300}, [(1000, 3), (200, 2)], {0: 900, 1: 400}),
        ("nth", {"nth": 2, "off_bp": 5000}, [(1000, 1), (400, 1)], {0: 0, 1: 200}),
        ("nth", {"nth": 3, "off_bp": 10000}, [(1000, 7)], {0: 2000}),
        ("nth", {"nth": 2, "off_bp": 5000, "alike": True}, [(1000, 1), (400, 2)], {0: 0, 1: 200}),
        ("bundle", {"pieces": 3, "price_minor": 2000}, [(1000, 2), (900, 1)], {0: 621, 1: 279}),
        ("bundle", {"pieces": 2, "price_minor": 2000}, [(900, 2)], {0: 0}),
        ("amount", {"off_minor": 500}, [(300, 1)], {0: 300}),
    ],
)
def test_each_kind_takes_off_what_it_says(
    kind: str, terms: dict[str, Any], lines: list[tuple[int, int]], expected: dict[int, int]
) -> None:
    found = off([offer(kind, terms)], [line(n, *each) for n, each in enumerate(lines)])

    assert found == expected


def test_an_add_on_is_cheap_beside_what_it_belongs_to_and_as_often_as_is_told() -> None:
    tea, cup = line(0, 10000), line(1, 3000, 3)
    terms = {"items": [{"variant": public_id("var", cup.variant_id), "price_minor": 990}]}
    beside = offer("add_on", terms, conditions={"spend": 10000})

    alone = off([beside], [line(1, 3000, 3)])
    both = off([beside], [tea, cup])

    assert (alone, both) == ({1: 0}, {0: 0, 1: 2010})


def test_on_a_line_one_promotion_of_a_stacking_word_takes_effect_the_best_of_equals() -> None:
    first, second = uuid7(), uuid7()
    lines = [line(0, 1000, product=first), line(1, 1000, product=second)]
    on_first = Scope(frozenset({("product", public_id("prd", first))}))
    some = [
        offer("discount", {"off_bp": 1000}),
        offer("discount", {"off_bp": 3000}, scope=on_first),
        offer("discount", {"off_bp": 5000}, stacking="extra", priority=-1),
    ]

    found = off(some, lines)

    assert found == {0: 300 + 350, 1: 100 + 450}


def test_the_highest_priority_goes_first_even_when_it_saves_less() -> None:
    some = [
        offer("discount", {"off_bp": 1000}, priority=5),
        offer("discount", {"off_bp": 9000}, priority=1),
    ]

    assert off(some, [line(0, 1000)]) == {0: 100}


def test_a_cart_is_told_what_is_missing_to_the_next_step() -> None:
    tiers, gift = offer("reduction", TIERS), offer("gift", {"variant": GIFT})
    pieces = offer("gift", {"variant": GIFT}, conditions={"pieces": 3})
    lines = [line(0, 6000, 2)]

    applied = evaluate([tiers], [line(0, 6000, 2)], BUYER, Budgets())
    found = hints([tiers, gift, pieces], lines, BUYER, applied)

    told = [(each.offer.action.code, each.missing.minor, each.missing.pieces) for each in found]
    assert told == [("gift", 0, 1), ("reduction", 8000, 0)]
    assert [each.is_begun for each in found] == [False, True]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ({"from": 1080, "until": 1320, "days": []}, "from 18:00 to 22:00"),
        ({"from": 1080, "until": 1320, "days": [5]}, "Saturday from 18:00 to 22:00"),
        ({"days": [5, 6]}, "Saturday, Sunday"),
    ],
)
def test_hours_say_on_which_days(hours: dict[str, Any], expected: str) -> None:
    condition = known_condition("hours")
    assert condition is not None

    with override("en"):
        assert condition.text(condition.checked(hours), str) == expected


@pytest.mark.parametrize(
    ("kind", "terms"),
    [
        ("reduction", {"tiers": [{"from_minor": 1000, "off_minor": 1001}]}),
        ("reduction", {"tiers": []}),
        ("discount", {"off_bp": 10001}),
        ("discount", {"off_bp": -5}),
        ("discount", {"off_bp": True}),
        ("bundle", {"pieces": 1, "price_minor": 5}),
        ("gift", {"variant": "prd_1"}),
        ("amount", {"off_minor": 0}),
        ("amount", {"off_minor": 1, "more": 1}),
    ],
)
def test_terms_that_make_no_sense_are_refused(kind: str, terms: dict[str, Any]) -> None:
    with pytest.raises(InvalidPromotion):
        action_named(kind).checked(terms)


ANY_TERMS = st.one_of(
    st.tuples(
        st.just("reduction"),
        st.builds(
            lambda least, off, again: {
                "tiers": [{"from_minor": least, "off_minor": min(least, off)}],
                "repeats": again,
            },
            st.integers(1, 50_000),
            st.integers(1, 50_000),
            st.booleans(),
        ),
    ),
    st.tuples(st.just("discount"), st.fixed_dictionaries({"off_bp": st.integers(1, 10_000)})),
    st.tuples(st.just("discount"), st.fixed_dictionaries({"piece_minor": st.integers(1, 9_000)})),
    st.tuples(
        st.just("nth"),
        st.fixed_dictionaries(
            {"nth": st.integers(2, 4), "off_bp": st.integers(1, 10_000), "alike": st.booleans()}
        ),
    ),
    st.tuples(
        st.just("bundle"),
        st.fixed_dictionaries({"pieces": st.integers(2, 4), "price_minor": st.integers(1, 9_000)}),
    ),
    st.tuples(st.just("amount"), st.fixed_dictionaries({"off_minor": st.integers(1, 90_000)})),
)


@given(
    goods=st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 9)), min_size=1, max_size=8),
    told=st.lists(st.tuples(ANY_TERMS, st.sampled_from(["goods", "b"])), max_size=6),
)
@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_whatever_takes_effect_no_line_goes_below_nothing_and_all_adds_up(
    goods: list[tuple[int, int]], told: list[tuple[tuple[str, dict[str, Any]], str]]
) -> None:
    lines = [line(number, *each) for number, each in enumerate(goods)]
    offers = [offer(kind, terms, stacking=word) for (kind, terms), word in told]
    whole = sum(each.left_minor for each in lines)

    applied = evaluate(offers, lines, BUYER, Budgets())

    assert all(each.left_minor >= 0 for each in lines)
    assert whole - sum(each.left_minor for each in lines) == sum(
        each.benefit.total_minor for each in applied
    )
    assert all(minor > 0 for each in applied for minor in each.benefit.off.values())
