"""Promotions and coupons in quotes, orders, cancellations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.catalogue.services import create_collection, set_collection_products
from kernel.checkout.errors import PlacementRefused
from kernel.checkout.placing import place_many, place_one
from kernel.checkout.quoting import quote_basket
from kernel.common.ids import public_id
from kernel.common.time import utc_now
from kernel.members.services.staff import set_member_tags
from kernel.orders.models import Adjustment, Order, OrderLine
from kernel.orders.services.lifecycle import cancel_orders
from kernel.orders.timeline import verify
from kernel.promotions.models import Coupon, Promotion, Use
from kernel.promotions.services import change_promotion
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import (
    TESTER,
    make_basket,
    make_member,
    make_placement,
    make_variant,
    pay,
)
from testkit.factories.promotions import (
    ACTOR,
    basket_with,
    give_coupon,
    make_promotion,
    make_template,
    placement_with,
)
from testkit.factories.shipping import make_way

NOW = utc_now()
pytestmark = pytest.mark.usefixtures("in_tenant_a")


def quoted(*items: tuple[UUID, int], **more: Any) -> int:
    return quote_basket(make_basket(*items, **more), now=NOW).total.minor


def cancel(*orders: Order) -> None:
    cancel_orders([order.pk for order in orders], reason="", actor=TESTER, now=NOW)


def test_every_discount_row_of_an_order_names_its_promotion_and_who_bears_it() -> None:
    tea, cup = make_variant(minor=1000), make_variant(minor=333)
    shared = make_promotion(terms={"off_bp": 1500}, seller_bp=3000, name="Summer")

    group = place_one(make_placement((tea.pk, 1), (cup.pk, 1)), actor=TESTER, now=NOW)

    rows = list(Adjustment.objects.filter(kind="discount").order_by("minor"))
    [use] = Use.objects.all()
    assert [row.source for row in rows] == [f"promotion.{shared.pk.hex}.seller-3000"] * 2
    assert [(row.label, row.minor) for row in rows] == [("Summer", -150), ("Summer", -50)]
    assert (use.promotion_id, use.minor, use.seller_minor) == (shared.pk, 200, 0)
    assert group.total_minor == 1333 - 200
    assert list(verify()) == []


def test_goods_buyers_and_dates_decide_whether_it_takes_effect() -> None:
    tea, cup, friend = make_variant(minor=1000), make_variant(minor=1000), make_member()
    set_member_tags(friend.pk, ["friends"], actor=ACTOR, now=NOW)
    collection = create_collection({"handle": "warm", "title": "Warm"}, actor=ACTOR, now=NOW)
    set_collection_products(collection.pk, [tea.product_id], actor=ACTOR)
    make_promotion(
        scope={"include": [["collection", collection.public_id]]},
        audience={"groups": ["tag:friends"]},
        ends_at=NOW + timedelta(days=1),
    )

    assert quoted((tea.pk, 1), (cup.pk, 1), member_id=friend.pk) == 1900
    assert quoted((tea.pk, 1), member_id=make_member().pk) == 1000
    assert (
        quote_basket(
            make_basket((tea.pk, 1), member_id=friend.pk), now=NOW + timedelta(days=2)
        ).total.minor
        == 1000
    )


def test_a_gift_comes_along_while_there_is_any() -> None:
    tea, cup = make_variant(minor=5000), make_variant(minor=800, stock=1)
    terms = {"variant": public_id("var", cup.pk)}
    make_promotion("gift", terms, conditions=[{"kind": "spend", "value": 5000}])

    first = place_one(make_placement((tea.pk, 1)), actor=TESTER, now=NOW)
    second = place_one(make_placement((tea.pk, 1)), actor=TESTER, now=NOW)

    lines = OrderLine.objects.filter(order__group=first).order_by("position")
    assert [(row.variant_id, row.total_minor) for row in lines] == [(tea.pk, 5000), (cup.pk, 0)]
    assert OrderLine.objects.filter(order__group=second).count() == 1
    assert Use.objects.count() == 1


def test_shipping_is_free_from_an_amount_on_and_the_timeline_adds_up() -> None:
    tea = make_variant(minor=5000)
    make_way("flat", minor=800)
    make_promotion("free_shipping", {}, conditions=[{"kind": "spend", "value": 10000}])

    placed = place_one(make_placement((tea.pk, 2)), actor=TESTER, now=NOW)

    order = Order.objects.get(group=placed)
    freight = Adjustment.objects.filter(order=order, kind="freight").order_by("minor")
    assert [row.minor for row in freight] == [-800, 800]
    assert (quoted((tea.pk, 1)), order.freight_minor, order.total_minor) == (5800, 0, 10000)
    assert list(verify()) == []


def test_a_budget_ends_in_the_middle_of_a_batch_and_cancelling_gives_it_back() -> None:
    tea = make_variant(minor=1000)
    row = make_promotion(uses_limit=2, amount_limit_minor=250)
    batch = [make_placement((tea.pk, 1)) for _order in range(4)]

    outcomes = place_many(batch, actor=TESTER, now=NOW)
    row.refresh_from_db()
    totals = sorted(Order.objects.values_list("total_minor", flat=True))

    assert all(outcome.refusal is None for outcome in outcomes)
    assert (totals, row.used_count, row.used_minor) == ([900, 900, 1000, 1000], 2, 200)

    cancel(Order.objects.filter(total_minor=900).order_by("pk")[0])
    row.refresh_from_db()
    assert (row.used_count, row.used_minor, quoted((tea.pk, 1))) == (1, 100, 900)


def test_a_member_uses_it_so_often_and_the_first_order_is_first_once() -> None:
    tea, member = make_variant(minor=1000), make_member()
    make_promotion(member_limit=1)
    make_promotion(
        terms={"off_bp": 2000}, stacking="welcome",
        conditions=[{"kind": "first_order", "value": True}],
    )  # fmt: skip

    totals = [
        place_one(
            make_placement((tea.pk, 1), member_id=member.pk), actor=TESTER, now=NOW
        ).total_minor
        for _order in range(2)
    ]

    assert totals == [720, 1000]
    assert quoted((tea.pk, 1)) == 1000


def test_a_coupon_is_locked_used_and_comes_back_unless_it_is_over() -> None:
    tea, member = make_variant(minor=5000), make_member()
    coupon = give_coupon(make_template(threshold_minor=5000), member.pk, now=NOW)
    ask = placement_with((tea.pk, 1), member_id=member.pk, coupons=[coupon])

    group = place_one(ask, actor=TESTER, now=NOW)
    coupon.refresh_from_db()
    assert (group.total_minor, coupon.state, coupon.group_id) == (4000, "locked", group.pk)

    pay(group)
    coupon.refresh_from_db()
    assert coupon.state == "used"

    order = Order.objects.get(group=group)
    cancel_orders([order.pk], reason="", actor=TESTER, now=NOW)
    coupon.refresh_from_db()
    assert (coupon.state, coupon.group_id) == ("unused", None)

    again = placement_with((tea.pk, 1), member_id=member.pk, coupons=[coupon])
    later = place_one(again, actor=TESTER, now=NOW)
    Coupon.objects.filter(pk=coupon.pk).update(valid_until=NOW)
    cancel(Order.objects.get(group=later))
    coupon.refresh_from_db()
    assert coupon.state == "expired"


def test_a_coupon_that_does_not_fit_refuses_the_order_and_stays_as_it_was() -> None:
    tea, member, other = make_variant(minor=4000), make_member(), make_member()
    dear = give_coupon(make_template(threshold_minor=5000), member.pk, now=NOW)
    theirs = give_coupon(make_template(), other.pk, now=NOW)
    two = [give_coupon(make_template(), member.pk, now=NOW) for _coupon in range(2)]

    for coupons in ([dear], [theirs], two):
        ask = placement_with((tea.pk, 1), member_id=member.pk, coupons=coupons)
        with pytest.raises(PlacementRefused) as refused:
            place_one(ask, actor=TESTER, now=NOW)
        refusals = refused.value.fields["refusals"]
        assert [each["code"] for each in refusals] == ["coupons.not_usable"]  # type: ignore[attr-defined]

    assert not Order.objects.exists()
    assert set(Coupon.objects.values_list("state", flat=True)) == {"unused"}


@pytest.mark.parametrize(
    ("kind", "terms", "joins", "expected"),
    [
        ("percent", {"off_bp": 5000, "cap_minor": 700}, True, 4500 - 700),
        ("percent", {"off_bp": 5000, "cap_minor": 700}, False, None),
        ("exchange", "tea", True, 0),
    ],
)
def test_kinds_of_coupons_beside_a_promotion(
    kind: str, terms: Any, joins: bool, expected: int | None
) -> None:
    tea, member = make_variant(minor=5000), make_member()
    make_promotion()
    told = {"variant": public_id("var", tea.pk)} if terms == "tea" else terms
    template = make_template(kind, terms=told, joins_promotions=joins)
    coupon = give_coupon(template, member.pk, now=NOW)

    quote = quote_basket(basket_with((tea.pk, 1), member_id=member.pk, coupons=[coupon]), now=NOW)

    assert (quote.total.minor if quote.may_be_placed else None) == expected


def test_a_promotion_counts_what_was_used_before_it_had_a_limit() -> None:
    tea, row = make_variant(minor=1000), make_promotion()
    place_one(make_placement((tea.pk, 1)), actor=TESTER, now=NOW)

    changed = change_promotion(row.pk, {"uses_limit": 1}, actor=ACTOR, now=NOW)

    assert (changed.used_count, changed.used_minor, quoted((tea.pk, 1))) == (1, 100, 1000)


def test_a_hundred_promotions_cost_no_more_statements_than_one() -> None:
    goods = [(make_variant(minor=1000 + number).pk, 2) for number in range(30)]
    basket = make_basket(*goods)

    def statements() -> int:
        quote_basket(basket, now=NOW)
        with CaptureQueriesContext(connection) as queries:
            assert quote_basket(basket, now=NOW).may_be_placed
        return len([each for each in queries if "promotions_" in each["sql"]])

    none = statements()
    category = [
        ["category", public_id("cat", goods[0][0])],
        ["product", public_id("prd", goods[0][0])],
    ]
    make_promotion(scope={"include": category}, uses_limit=1000)
    one = statements()
    for number in range(99):
        make_promotion(
            "reduction",
            {"tiers": [{"from_minor": 1000 + number, "off_minor": 10}]},
            scope={"exclude": category},
            stacking=f"word-{number % 7}",
            uses_limit=1000,
        )

    # Inside a transaction that changed them they are read anew, in one statement.
    assert (none, one, statements()) == (0, 2, 2)


def test_promotions_of_one_shop_do_nothing_in_another(tenant_b: TenantRef) -> None:
    row = make_promotion()

    with tenant_context(tenant_b):
        tea = make_variant(minor=1000)

        assert quoted((tea.pk, 1)) == 1000
        assert not Promotion.objects.filter(pk=row.pk).exists()
