"""Codes that guests use, coupons that orders bring, and coupons for points."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from secrets import token_hex
from string import hexdigits
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.checkout.baskets import Basket, Choices, Placement, Shopper
from kernel.checkout.errors import PlacementRefused
from kernel.checkout.placing import place_many, place_one
from kernel.checkout.quoting import quote_basket
from kernel.common.outbox.delivery import deliver_pending
from kernel.common.time import utc_now
from kernel.ledger.choices import AssetKind
from kernel.ledger.services import Leg, Owner, ensure_asset, post, system
from kernel.ledger.services import verify as verify_ledger
from kernel.orders.models import Order, OrderGroup
from kernel.orders.services.lifecycle import cancel_orders
from kernel.orders.timeline import verify
from kernel.promotions.errors import InvalidPromotion, NotEnoughPoints
from kernel.promotions.models import Coupon, CouponCode, CouponTemplate, Use
from kernel.promotions.points import points_of
from kernel.promotions.services import ask_for_codes, redeem, revoke, take
from kernel.promotions.services.batches import make_codes
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.inventory import together
from testkit.factories.orders import TESTER, make_basket, make_member, make_variant, pay
from testkit.factories.promotions import ACTOR, make_template
from testkit.tenants import open_test_tenant

NOW = utc_now()


def with_codes(*codes: Any, tea: UUID, email: str = "ada@example.com", quantity: int = 1) -> Basket:
    basket = make_basket((tea, quantity))
    shopper = Shopper(email=email, token=token_hex(8))
    return replace(basket, shopper=shopper, choices=Choices(inputs={"codes": list(codes)}))


def placed(basket: Basket) -> OrderGroup:
    return place_one(Placement(basket, token_hex(8), None), actor=TESTER, now=NOW)


def refusals(basket: Basket) -> list[str]:
    return [each.code for each in quote_basket(basket, now=NOW).refusals]


def code_of(template: CouponTemplate) -> str:
    batch = ask_for_codes(template.pk, name="Flyer", size=1, actor=ACTOR, now=NOW)
    make_codes(batch.pk, clock=lambda: NOW, until=NOW)
    return CouponCode.objects.get(batch=batch).code


def deliver() -> None:
    while deliver_pending(clock=utc_now, limit=200) == 200:
        pass


@pytest.mark.usefixtures("in_tenant_a")
def test_a_guest_orders_with_a_code_as_often_as_one_may() -> None:
    tea = make_variant(minor=5000)
    template = make_template(code="SPRING", seller_bp=10_000, name="Spring")

    quoted = quote_basket(with_codes(" spring ", tea=tea.pk), now=NOW)
    group = placed(with_codes("Spring", tea=tea.pk))

    coupon, use = Coupon.objects.get(), Use.objects.get()
    template.refresh_from_db()
    assert (quoted.total.minor, group.total_minor) == (4000, 4000)
    assert (coupon.member_id, coupon.state, coupon.group_id) == (None, "locked", group.pk)
    assert set(coupon.guest) <= set(hexdigits)
    assert (template.taken_count, use.coupon_id, use.minor) == (1, coupon.pk, 1000)
    assert refusals(with_codes("SPRING", tea=tea.pk, email=" ADA@example.com")) == [
        "coupons.code_not_usable"
    ]
    assert refusals(with_codes("SPRING", tea=tea.pk, email="bob@example.com")) == []
    assert list(verify()) == []

    pay(group)
    coupon.refresh_from_db()
    assert coupon.state == "used"


@pytest.mark.usefixtures("in_tenant_a")
def test_a_code_comes_back_with_a_cancelled_order_and_is_used_again() -> None:
    tea = make_variant(minor=5000)
    shared, batched = make_template(code="SPRING"), make_template()
    code = code_of(batched)

    for typed, template in (("SPRING", shared), (code, batched)):
        group = placed(with_codes(typed, tea=tea.pk))
        in_use = refusals(with_codes(typed, tea=tea.pk))
        cancel_orders([Order.objects.get(group=group).pk], reason="", actor=TESTER, now=NOW)
        again = placed(with_codes(typed, tea=tea.pk))

        coupon = Coupon.objects.get(template=template)
        template.refresh_from_db()
        assert in_use in (["coupons.code_not_usable"], ["coupons.unknown_code"])
        assert (again.total_minor, coupon.group_id, template.taken_count) == (4000, again.pk, 1)


@pytest.mark.usefixtures("in_tenant_a")
def test_a_members_code_at_checkout_is_the_members_coupon() -> None:
    tea, member = make_variant(minor=5000), make_member()
    make_template(code="SPRING")
    basket = replace(
        make_basket((tea.pk, 1), member_id=member.pk), choices=Choices(inputs={"codes": ["spring"]})
    )

    group = placed(basket)
    cancel_orders([Order.objects.get(group=group).pk], reason="", actor=TESTER, now=NOW)

    coupon = Coupon.objects.get()
    assert (group.total_minor, coupon.member_id, coupon.state) == (4000, member.pk, "unused")


@pytest.mark.usefixtures("in_tenant_a")
@pytest.mark.parametrize(
    ("told", "codes", "expected"),
    [
        ({}, ["NOBODYS"], "coupons.unknown_code"),
        ({"channels": ["page"]}, ["SPRING"], "coupons.code_not_usable"),
        ({"is_active": False}, ["SPRING"], "coupons.code_not_usable"),
        ({"threshold_minor": 9000}, ["SPRING"], "coupons.code_not_usable"),
        ({"valid_from": NOW + timedelta(days=1)}, ["SPRING"], "coupons.code_not_usable"),
        ({"audience": {"groups": ["tag:friends"]}}, ["SPRING"], "coupons.code_not_usable"),
        ({}, ["SPRING"] * 6, "coupons.unreadable"),
        ({}, "SPRING", "coupons.unreadable"),
        ({}, [{"a": 1}], "coupons.unknown_code"),
        ({}, [""], "coupons.unknown_code"),
    ],
)
def test_a_code_that_cannot_be_used_refuses_the_order_and_stays_as_it_was(
    told: dict[str, Any], codes: Any, expected: str
) -> None:
    tea = make_variant(minor=5000)
    make_template(code="SPRING", **told)
    basket = replace(with_codes(tea=tea.pk), choices=Choices(inputs={"codes": codes}))

    with pytest.raises(PlacementRefused) as refused:
        placed(basket)

    assert refused.value.fields["refusals"][0]["code"] == expected  # type: ignore[index]
    assert refusals(basket) == [expected]
    assert not Coupon.objects.exists()


@pytest.mark.usefixtures("in_tenant_a")
def test_codes_of_a_batch_of_orders_are_asked_for_together_and_share_what_is_left() -> None:
    tea = make_variant(minor=5000)
    template = make_template(code="SPRING", total=7)

    def place(number: int) -> tuple[int, int]:
        asked = [
            with_codes("SPRING", tea=tea.pk, email=f"{token_hex(4)}@example.com")
            for _order in range(number)
        ]
        batch = [Placement(each, token_hex(8), None) for each in asked]
        with CaptureQueriesContext(connection) as caught:
            outcomes = place_many(batch, actor=TESTER, now=NOW)
        ours = [each for each in caught if "promotions_" in each["sql"]]
        return len(ours), sum(1 for each in outcomes if each.refusal is None)

    one, five, last = place(1), place(5), place(3)

    template.refresh_from_db()
    assert one[0] == five[0]
    assert (one[1], five[1], last[1], template.taken_count) == (1, 5, 1, 7)


@pytest.fixture
def shop(committing: None) -> Iterator[TenantRef]:
    tenant = open_test_tenant()
    with tenant_context(tenant):
        yield tenant


def test_a_code_for_one_use_in_many_tabs_is_one_order(shop: TenantRef) -> None:
    tea, template = make_variant(minor=5000, stock=20), make_template()
    code = code_of(template)
    tabs = [with_codes(code, tea=tea.pk, email=f"{tab}@example.com") for tab in range(6)]

    told = together([lambda each=each: _outcome(each) for each in tabs])  # type: ignore[misc]

    assert Counter(told) == {"done": 1, "refused": 5}
    assert (Order.objects.get().total_minor, Coupon.objects.count()) == (4000, 1)


def _outcome(basket: Basket) -> str:
    try:
        placed(basket)
    except PlacementRefused:
        return "refused"
    return "done"


@pytest.mark.usefixtures("in_tenant_a")
def test_a_paid_order_brings_a_coupon_once_and_a_cancelled_one_takes_it_back() -> None:
    tea, member = make_variant(minor=5000), make_member()
    template = make_template(channels=["paid"], paid_from_minor=10_000, per_member=5)

    def bought(quantity: int) -> Order:
        group = placed(make_basket((tea.pk, quantity), member_id=member.pk))
        pay(group)
        deliver()
        return Order.objects.get(group=group)

    def states() -> Sequence[str]:
        rows = Coupon.objects.filter(template=template).order_by("taken_at", "pk")
        return list(rows.values_list("state", flat=True))

    small, large = bought(1), bought(2)
    deliver()
    earned = Coupon.objects.get()
    cancel_orders([large.pk], reason="", actor=TESTER, now=NOW)
    deliver()

    assert small.payment_status == large.payment_status == "paid"
    assert (earned.member_id, earned.earned_with) == (member.pk, large.group_id)
    assert (earned.channel, states()) == ("paid", ["revoked"])


@pytest.mark.usefixtures("in_tenant_a")
def test_a_coupon_for_points_is_paid_for_and_withdrawn_gives_them_back() -> None:
    member, poor = make_member(), make_member()
    ensure_asset("points", AssetKind.POINTS, {"en": "Points", "zh-hans": "积分"}, 0)
    legs = [Leg(Owner("member", member.pk), "points", 250), Leg(system("gift"), "points", -250)]
    post(key="a gift", kind="points.given", legs=legs)
    template = make_template(channels=["points"], points=100, per_member=9, code="FREE")

    first = take(template.pk, member_id=member.pk, now=NOW)
    take(template.pk, member_id=member.pk, now=NOW)
    for who in (member, poor):
        with pytest.raises(NotEnoughPoints):
            take(template.pk, member_id=who.pk, now=NOW)
    left = points_of(member.pk)
    revoke(first.pk, reason="mistake", actor=ACTOR, now=NOW)

    assert (left, points_of(member.pk), Coupon.objects.count()) == (50, 150, 2)
    assert list(verify_ledger()) == []
    with pytest.raises(InvalidPromotion):
        make_template(channels=["points"])
    with pytest.raises(InvalidPromotion):
        make_template(channels=["points", "page"], points=5)


@pytest.mark.usefixtures("in_tenant_a")
def test_a_shared_code_typed_at_checkout_and_redeemed_counts_together() -> None:
    tea, member = make_variant(minor=5000), make_member()
    make_template(code="SPRING", per_member=1)
    redeemed = redeem("spring", member_id=member.pk, now=NOW)
    basket = replace(
        make_basket((tea.pk, 1), member_id=member.pk), choices=Choices(inputs={"codes": ["SPRING"]})
    )

    group = placed(basket)

    redeemed.refresh_from_db()
    assert (redeemed.state, redeemed.group_id) == ("locked", group.pk)
    assert refusals(basket) == ["coupons.code_not_usable"]
