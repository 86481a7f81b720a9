"""Freight where it is paid: quoted, placed, refused by the line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from kernel.audit.actor import Actor
from kernel.catalogue.models import Variant
from kernel.checkout.drafts import Refusal
from kernel.checkout.errors import PlacementRefused
from kernel.checkout.placing import place_one
from kernel.checkout.quoting import Quote, quote_basket
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.orders.models import Adjustment, Order
from kernel.shipping.models import FreightTemplate
from kernel.shipping.nearby import Band, Nearby
from kernel.shipping.places import EVERYWHERE
from kernel.shipping.rules import Free, Rule
from kernel.shipping.services import (
    ShippingTerms,
    TemplateTerms,
    change_template,
    set_shipping_method,
)
from testkit.factories.orders import ADDRESS, TESTER, make_basket, make_placement, make_variant
from testkit.factories.shipping import make_template, make_way

pytestmark = pytest.mark.usefixtures("in_tenant_a")

NOW = utc_now()
ACTOR = Actor.system("tests")
SHANGHAI, ZHEJIANG, XINJIANG = "310000", "330000", "650000"
TO_XINJIANG = {**ADDRESS, "region_code": "650102", "region": "新疆"}


def goods(template: str = "", *, grams: int = 0, minor: int = 1000) -> Variant:
    variant = make_variant(minor=minor, freight_template=template)
    Variant.objects.filter(pk=variant.pk).update(weight_grams=grams)
    return variant


@pytest.fixture
def usual() -> FreightTemplate:
    """8.00 and 2.00 for each further piece; free from 100.00 in Shanghai; none to Xinjiang."""
    return make_template(
        "usual",
        [
            Rule(
                (SHANGHAI, ZHEJIANG),
                first_minor=800,
                more=1,
                more_minor=200,
                free=Free(amount_minor=10_000),
            ),
            Rule(
                (XINJIANG,), delivers=False, reasons={"zh-hans": "冰块会化。", "en": "Ice melts."}
            ),
            Rule((EVERYWHERE,), first_minor=1500, more=1, more_minor=500),
        ],
    )


@pytest.fixture
def heavy() -> FreightTemplate:
    return make_template(
        "heavy",
        [Rule((EVERYWHERE,), first=1000, first_minor=1200, more=1000, more_minor=300)],
        measure="weight",
    )


def quoted(*items: tuple[Variant, int], shipping: str = "", **address: str) -> Quote:
    basket = make_basket(
        *((variant.pk, quantity) for variant, quantity in items),
        shipping=shipping,
        address={**ADDRESS, **address},
    )
    return quote_basket(basket, now=NOW)


def codes(refusals: object) -> list[tuple[str, int | None]]:
    return [(each.code, each.line) for each in refusals if isinstance(each, Refusal)]  # type: ignore[attr-defined]


def test_several_templates_in_one_cart_are_quoted_placed_and_explained(
    usual: FreightTemplate, heavy: FreightTemplate
) -> None:
    make_way(template=usual)
    tea, stone = goods(), goods("heavy", grams=1_500)

    quote = quoted((tea, 2), (stone, 2))
    placed = place_one(make_placement((tea.pk, 2), (stone.pk, 2)), actor=TESTER, now=NOW)

    # Stone leads with 12.00 + 2 × 3.00; of the tea both pieces are further ones, 2 × 2.00.
    order = Order.objects.get(group=placed)
    reasons = Adjustment.objects.filter(order=order).order_by("source")
    assert quote.freight == Money(2200, "CNY")
    assert quote.parts[0].line_freight() == {0: 400, 1: 1800}
    assert (order.freight_minor, order.total_minor) == (2200, 6200)
    assert [(row.source, row.minor) for row in reasons] == [
        ("shipping.post.heavy", 1800),
        ("shipping.post.usual", 400),
    ]


def test_a_region_decides_what_is_paid_and_from_when_on_nothing_is(usual: FreightTemplate) -> None:
    make_way(template=usual)
    tea = goods(minor=5_000)

    assert quoted((tea, 1)).freight.minor == 800
    assert quoted((tea, 2)).freight.minor == 0
    assert quoted((tea, 2), region_code="440106").freight.minor == 2000


def test_an_undeliverable_line_is_named_before_payment(
    usual: FreightTemplate, heavy: FreightTemplate
) -> None:
    make_way(template=heavy)
    ice, stone = goods("usual"), goods(grams=500)

    with override("en"):
        quote = quoted((stone, 1), (ice, 1), **TO_XINJIANG)
    placement = make_placement((stone.pk, 1), (ice.pk, 1))
    placement = replace(placement, basket=replace(placement.basket, address=TO_XINJIANG))
    with pytest.raises(PlacementRefused) as refused:
        place_one(placement, actor=TESTER, now=NOW)

    assert codes(quote.refusals) == [("shipping.not_delivered", 1)]
    assert str(quote.refusals[0].title) == (
        "This is not delivered to 新疆维吾尔自治区 乌鲁木齐市 天山区. Ice melts."
    )
    told = refused.value.fields["refusals"]
    assert isinstance(told, list)
    assert [(each["code"], each["line"]) for each in told] == [("shipping.not_delivered", 1)]
    assert not Order.objects.exists()


def test_the_first_way_that_reaches_the_address_is_taken(usual: FreightTemplate) -> None:
    make_way("ice", template=usual, position=0)
    make_way("anywhere", minor=3_000, position=1)
    make_way("counter", method="pickup", position=2)
    tea = goods()

    quote = quoted((tea, 1), **TO_XINJIANG)
    asked = quoted((tea, 1), shipping="ice", **TO_XINJIANG)

    assert (quote.shipping, quote.freight.minor, quote.may_be_placed) == ("anywhere", 3000, True)
    assert [(each.way.code, bool(each.obstacle)) for each in quote.ways] == [
        ("ice", True),
        ("anywhere", False),
        ("counter", False),
    ]
    assert codes(asked.refusals) == [("shipping.not_delivered", 0)]


def test_a_faster_way_costs_its_fee_more_and_a_market_has_its_own_ways(
    usual: FreightTemplate,
) -> None:
    way = make_way("fast", template=usual, fee_minor=1_000)
    terms = ShippingTerms(
        code=way.code, names=way.names, method="express", currency="CNY", countries=["CN"],
        template_id=usual.pk, fee_minor=1_000,
    )  # fmt: skip
    set_shipping_method(terms, actor=ACTOR)
    tea = goods(minor=10_000)

    assert quoted((tea, 1)).freight.minor == 1_000
    abroad = quoted((tea, 1), country="US", region_code="US-NY")
    assert codes(abroad.refusals) == [("shipping.other_country", None)]


def test_insurance_is_paid_by_those_who_want_it_also_when_freight_is_free(
    usual: FreightTemplate,
) -> None:
    terms = ShippingTerms(
        code="post", names={"en": "Post"}, method="express", currency="CNY",
        template_id=usual.pk, insurance_minor=250,
    )  # fmt: skip
    set_shipping_method(terms, actor=ACTOR)
    basket = make_basket((goods(minor=10_000).pk, 1))
    wanting = replace(basket.choices, inputs={"shipping": {"insurance": True}})

    plain, insured = (
        quote_basket(each, now=NOW) for each in (basket, replace(basket, choices=wanting))
    )

    assert (plain.freight.minor, insured.freight.minor) == (0, 250)
    assert [row.source for row in insured.parts[0].reasons] == ["shipping.insurance"]


def test_in_the_same_city_the_distance_decides() -> None:
    nearby = Nearby(bands=(Band(5_000, 600, 2_000),), districts={"310104": 3_000, "310115": 9_000})
    terms = ShippingTerms(
        code="rider", names={"en": "Rider"}, method="same_city", currency="CNY", nearby=nearby
    )
    set_shipping_method(terms, actor=ACTOR)
    tea = goods(minor=1_000)

    assert quoted((tea, 2)).freight.minor == 600
    assert codes(quoted((tea, 1)).refusals) == [("shipping.too_little", None)]
    assert codes(quoted((tea, 2), region_code="310115").refusals) == [("shipping.too_far", None)]


def test_an_address_that_says_too_little_is_asked_for_more(usual: FreightTemplate) -> None:
    make_way(template=usual)
    tea = goods()

    quote = quoted((tea, 1), region_code="", country="CN")

    [refusal] = quote.refusals
    assert (refusal.code, refusal.fields["missing"]) == (
        "checkout.address_missing",
        ["region_code"],
    )


def test_ways_and_templates_are_asked_for_once_and_again_when_staff_changed_them(
    usual: FreightTemplate,
) -> None:
    way = make_way(template=usual)
    named = [goods("usual") for _number in range(3)]

    def quoting() -> tuple[str, int, int]:
        with CaptureQueriesContext(connection) as told:
            found = quoted(*((item, 1) for item in named))
        asked = sum("shipping_" in each["sql"] for each in told)
        return found.shipping, found.freight.minor, asked

    def committed() -> None:
        # As after the commit that ends each request.
        while connection.run_on_commit:
            connection.run_on_commit.pop(0)[1]()

    committed()
    first, second = quoting(), quoting()
    dearer = TemplateTerms("usual", "piece", [Rule((EVERYWHERE,), first_minor=2000)])
    change_template(usual.pk, dearer, actor=ACTOR)
    in_the_change = quoting()
    committed()
    third, fourth = quoting(), quoting()
    way.delete()
    committed()

    assert [first, second] == [("post", 1200, 2), ("post", 1200, 0)]
    # Inside the transaction that changed them, each question is asked anew.
    assert in_the_change == ("post", 2000, 4)
    assert [third, fourth] == [("post", 2000, 2), ("post", 2000, 0)]
    assert quoting() == ("express", 2000, 2)
