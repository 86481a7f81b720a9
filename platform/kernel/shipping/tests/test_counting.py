"""What freight costs: tables worked out by hand, and what holds for any parcel."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.shipping.choices import Combining
from kernel.shipping.counting import NOT_DELIVERED, Freight, Load, count, split_freight
from kernel.shipping.models import FreightTemplate, ShippingMethod
from kernel.shipping.nearby import Band, Nearby
from kernel.shipping.places import EVERYWHERE, Point, Where, where_of
from kernel.shipping.rules import Free, Plan, Rule, compiled

ZHEJIANG, SHANGHAI, XINJIANG, HANGZHOU = "330000", "310000", "650000", "330106"


def plan(code: str, measure: str, *rules: Rule) -> Plan:
    row = FreightTemplate(
        code=code, name=code, measure=measure, currency="CNY", rules=[r.data() for r in rules]
    )
    return compiled(row)


def way(combining: str = Combining.FIRST_ONCE, fee: int = 0) -> ShippingMethod:
    return ShippingMethod(
        code="post", method="express", currency="CNY", combining=combining, fee_minor=fee
    )


# Clothes by the piece, tea by weight, lamps by volume: the three templates that every
# manual of a Chinese mall reckons with.
CLOTHES = plan(
    "clothes",
    "piece",
    Rule((ZHEJIANG, SHANGHAI), first=1, first_minor=800, more=1, more_minor=200),
    Rule((EVERYWHERE,), first=1, first_minor=1000, more=1, more_minor=300),
)
TEA = plan(
    "tea",
    "weight",
    Rule((ZHEJIANG,), first=1000, first_minor=600, more=500, more_minor=150),
    Rule((EVERYWHERE,), first=1000, first_minor=1200, more=1000, more_minor=500),
)
LAMPS = plan(
    "lamps",
    "volume",
    Rule((ZHEJIANG,), first=10_000, first_minor=1000, more=10_000, more_minor=400),
    Rule((XINJIANG,), delivers=False, reasons={"en": "Glass does not survive the way."}),
    Rule((EVERYWHERE,), first=10_000, first_minor=1500, more=10_000, more_minor=900),
)
NAMED = {"clothes": CLOTHES, "tea": TEA, "lamps": LAMPS}
CART = (
    Load(0, pieces=3, worth_minor=30_000, template="clothes"),
    Load(1, pieces=4, grams=2_200, worth_minor=20_000, template="tea"),
    Load(2, pieces=1, cm3=25_000, worth_minor=50_000, template="lamps"),
)


@pytest.mark.parametrize(
    ("region", "combining", "clothes", "tea", "lamps"),
    [
        # To Hangzhou: the lamps' 10.00 is the dearest first price. Lamps 10.00 + 2 × 4.00;
        # clothes 3 × 2.00; tea 5 × 1.50 (2,200 g in steps of 500 g).
        ("330106", Combining.FIRST_ONCE, 600, 750, 1800),
        # Each in full: 8.00 + 2 × 2.00; 6.00 + 3 × 1.50; 18.00.
        ("330106", Combining.SUM, 1200, 1050, 1800),
        ("330106", Combining.HIGHEST, 0, 0, 1800),
        # To Shanghai, where tea and lamps pay what everybody else pays: lamps 15.00 + 2 × 9.00;
        # clothes 3 × 2.00; tea 3 × 5.00.
        ("310104", Combining.FIRST_ONCE, 600, 1500, 3300),
        ("310104", Combining.SUM, 1200, 2200, 3300),
        # To Guangzhou: clothes 3 × 3.00.
        ("440106", Combining.FIRST_ONCE, 900, 1500, 3300),
        ("440106", Combining.SUM, 1600, 2200, 3300),
    ],
)
def test_the_classic_cart_of_three_templates_costs_what_the_table_says(
    region: str, combining: str, clothes: int, tea: int, lamps: int
) -> None:
    freight = count(way(combining), CART, where_of({"region_code": region}), NAMED)

    assert {group.template: group.minor for group in freight.groups} == {
        "clothes": clothes,
        "tea": tea,
        "lamps": lamps,
    }
    assert (freight.minor, freight.hindrances) == (clothes + tea + lamps, ())


def test_an_undeliverable_line_is_named_and_the_others_are_counted() -> None:
    freight = count(way(), CART, where_of({"region_code": "650102"}), NAMED)

    [hindrance] = freight.hindrances
    assert (hindrance.code, hindrance.keys) == (NOT_DELIVERED, (2,))
    assert hindrance.reasons == {"en": "Glass does not survive the way."}
    # The tea leads with 12.00 + 2 × 5.00; clothes 3 × 3.00.
    assert freight.minor == 2200 + 900


@pytest.mark.parametrize(
    ("free", "is_free"),
    [
        (Free(amount_minor=20_000), True),
        (Free(amount_minor=20_001), False),
        (Free(pieces=4), True),
        (Free(pieces=5), False),
        (Free(grams=2_200), True),
        (Free(grams=2_199), False),
        (Free(amount_minor=20_000, grams=1_000), True),
        (Free(amount_minor=20_000, grams=1_000, match="all"), False),
        (Free(amount_minor=20_000, pieces=4, grams=3_000, match="all"), True),
        (Free(), False),
    ],
)
def test_a_delivery_is_free_on_the_template_s_conditions(free: Free, is_free: bool) -> None:
    rule = Rule((EVERYWHERE,), first=1000, first_minor=900, surcharge_minor=300, free=free)

    freight = count(way(fee=100), CART[1:2], Where(), {"tea": plan("tea", "weight", rule)})

    # What a remote region and a faster way cost more is paid all the same.
    assert freight.minor == (400 if is_free else 1300)


def test_no_template_costs_more_together_than_by_itself() -> None:
    big = plan(
        "big", "piece", Rule((EVERYWHERE,), first=10, first_minor=500, more=1, more_minor=200)
    )
    loads = (Load(0, pieces=1, template="clothes"), Load(1, pieces=10, template="big"))

    freight = count(way(), loads, where_of({"region_code": "440106"}), {**NAMED, "big": big})

    assert [group.minor for group in freight.groups] == [1000, 500]


def test_what_is_not_known_yet_is_estimated_and_refuses_nothing() -> None:
    unknown = count(way(), CART, Where(), NAMED)
    province = count(way(), CART[:1], where_of({"country": "CN", "region_code": "330000"}), NAMED)
    abroad = count(way(), CART[:1], where_of({"country": "US"}), NAMED)
    alaska = plan("far", "piece", Rule(("US-AK",), first_minor=900), Rule((EVERYWHERE,)))
    part = count(way(), [Load(0, 1, template="far")], where_of({"country": "US"}), {"far": alaska})

    assert (part.is_decided, part.minor) == (True, 0)
    assert (unknown.is_decided, province.is_decided, abroad.is_decided) == (False, True, True)
    assert (province.minor, abroad.minor) == (1200, 1600)


STORE = Point(30.2741, 120.1551)
NEAR = Nearby(
    latitude=STORE.latitude,
    longitude=STORE.longitude,
    bands=(Band(3_000, 500, 2_000), Band(8_000, 900, 5_000, 20_000)),
    districts={"330106": 2_500, "330110": 7_000, "330100": 30_000},
    included_grams=5_000,
    kilo_minor=100,
)


def near(where: Where, *, worth: int = 10_000, grams: int = 5_000) -> Freight:
    row = ShippingMethod(code="rider", method="same_city", currency="CNY", nearby=NEAR.data())
    return count(row, [Load(0, pieces=1, grams=grams, worth_minor=worth)], where, {})


def test_the_same_city_pays_by_distance_and_weight() -> None:
    at_hand = Where("CN", "", ("CN",), Point(30.2800, 120.1600))
    districts = [where_of({"region_code": code}) for code in ("330106", "330110", "330182")]

    assert near(at_hand).minor == 500
    assert [near(where).minor for where in districts[:2]] == [500, 900]
    assert near(districts[0], grams=6_001).minor == 700
    assert near(districts[1], worth=20_000).minor == 0
    assert [each.code for each in near(districts[1], worth=4_999).hindrances] == [
        "shipping.too_little"
    ]
    assert [each.code for each in near(districts[2]).hindrances] == ["shipping.too_far"]
    assert [each.code for each in near(where_of({"country": "US"})).hindrances] == [
        "shipping.too_far"
    ]
    assert not near(Where()).is_decided


amounts = st.integers(0, 5_000)
units = st.integers(1, 3_000)
rules = st.builds(
    Rule,
    regions=st.just((EVERYWHERE,)),
    first=units,
    first_minor=amounts,
    more=units,
    more_minor=amounts,
    surcharge_minor=st.sampled_from([0, 0, 700]),
    free=st.builds(Free, amount_minor=st.none() | amounts, pieces=st.none() | units),
)
loads = st.lists(
    st.tuples(
        st.integers(1, 50), st.integers(0, 9_000), st.integers(0, 9_000), amounts, st.integers(0, 3)
    ),
    min_size=1,
    max_size=8,
)


def _holds(told: object, cart: object, combining: str, fee: int, off: int) -> None:
    assert isinstance(told, list)
    assert isinstance(cart, list)
    measures = ("piece", "weight", "volume")
    named = {
        str(place): plan(str(place), measures[place % 3], rule) for place, rule in enumerate(told)
    }
    parcel = [
        Load(place, pieces, grams, cm3, worth, str(template % len(named)))
        for place, (pieces, grams, cm3, worth, template) in enumerate(cart)
    ]

    freight = count(way(combining, fee), parcel, Where(), named)
    left = max(freight.minor - off, 0)
    parts = split_freight(left, freight.shares(), [load.key for load in parcel])
    apart = count(way(Combining.SUM, fee), parcel, Where(), named).minor

    assert all(group.minor >= 0 for group in freight.groups)
    assert all(sum(group.shares.values()) == group.minor for group in freight.groups)
    assert min(parts.values()) >= 0
    assert sum(parts.values()) == left
    assert freight.minor <= apart


@given(
    st.lists(rules, min_size=1, max_size=4), loads, st.sampled_from(Combining.values), amounts,
    amounts,
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_freight_is_never_negative_and_splits_to_lines_and_groups_exactly(
    told: list[Rule], cart: list[object], combining: str, fee: int, off: int
) -> None:
    _holds(told, cart, combining, fee, off)


@pytest.mark.soak
@given(
    st.lists(rules, min_size=1, max_size=4), loads, st.sampled_from(Combining.values), amounts,
    amounts,
)  # fmt: skip
@settings(max_examples=3_000, deadline=None)
def test_freight_of_very_many_parcels_splits_exactly(
    told: list[Rule], cart: list[object], combining: str, fee: int, off: int
) -> None:
    _holds(told, cart, combining, fee, off)
