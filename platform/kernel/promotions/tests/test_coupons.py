"""How people come by coupons, and what is made of codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from kernel.checkout.placing import place_one
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.orders.models import Order
from kernel.promotions.choices import CouponState
from kernel.promotions.errors import (
    AllTaken,
    InvalidPromotion,
    NotOffered,
    NotRevocable,
    TakenBefore,
    UnknownCode,
)
from kernel.promotions.models import CodeBatch, Coupon, CouponCode, CouponTemplate, Promotion
from kernel.promotions.selectors import held_by
from kernel.promotions.services import (
    ask_for_codes,
    change_template,
    code_rows,
    redeem,
    revoke,
    take,
)
from kernel.promotions.services.batches import make_codes
from kernel.promotions.services.taking import expire, welcome
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.inventory import together
from testkit.factories.orders import TESTER, make_member, make_placement, make_variant
from testkit.factories.promotions import (
    ACTOR,
    give_coupon,
    make_promotion,
    make_template,
    placement_with,
)
from testkit.tenants import open_test_tenant

NOW = utc_now()


@pytest.fixture
def shop(committing: None) -> Iterator[TenantRef]:
    tenant = open_test_tenant()
    with tenant_context(tenant):
        yield tenant


def outcome(work: Callable[[], object]) -> str:
    try:
        work()
    except DomainError as refusal:
        return refusal.code
    return "done"


@pytest.mark.usefixtures("in_tenant_a")
def test_each_member_takes_as_many_as_one_may_where_and_when_they_are_offered() -> None:
    member = make_member()
    wall = make_template(per_member=2, total=3, channels=["page"])
    later = make_template(takes_from=NOW + timedelta(days=1))

    taken = [take(wall.pk, member_id=member.pk, now=NOW) for _turn in range(2)]

    with pytest.raises(TakenBefore):
        take(wall.pk, member_id=member.pk, now=NOW)
    take(wall.pk, member_id=make_member().pk, now=NOW)
    with pytest.raises(AllTaken):
        take(wall.pk, member_id=make_member().pk, now=NOW)
    for closed in (later, make_template(channels=["staff"]), make_template(is_active=False)):
        with pytest.raises(NotOffered):
            take(closed.pk, member_id=member.pk, now=NOW)
    wall.refresh_from_db()
    assert wall.taken_count == 3
    assert [each.valid_until for each in taken] == [NOW + timedelta(days=30)] * 2
    assert Coupon.objects.count() == 3


@pytest.mark.usefixtures("in_tenant_a")
def test_a_code_of_a_batch_is_good_for_one_coupon_and_a_shared_one_for_each_member() -> None:
    first, second = make_member(), make_member()
    template = make_template(code="Spring 26", channels=["code"])
    batch = ask_for_codes(
        template.pk, name="Flyer", size=12_000, prefix="fly", actor=ACTOR, now=NOW
    )

    stopped = make_codes(batch.pk, clock=lambda: NOW, until=NOW)
    halfway = CodeBatch.objects.get(pk=batch.pk)
    done = make_codes(batch.pk, clock=lambda: NOW, until=NOW + timedelta(minutes=1))

    batch.refresh_from_db()
    code = CouponCode.objects.filter(batch=batch).order_by("pk")[0].code
    assert (stopped, halfway.made, halfway.state) == (False, 5000, "running")
    assert (done, batch.made, batch.state) == (True, 12_000, "done")
    assert CouponCode.objects.filter(code__startswith="FLY").count() == 12_000

    redeem(f" {code.lower()} ", member_id=first.pk, now=NOW)
    redeem("spring26", member_id=second.pk, now=NOW)
    for used in (code, "NOBODYS", ""):
        with pytest.raises(UnknownCode):
            redeem(used, member_id=make_member().pk, now=NOW)
    with pytest.raises(TakenBefore):
        redeem("spring26", member_id=second.pk, now=NOW)
    assert sum(1 for _code, used in list(code_rows(batch.pk))[1:] if used) == 1
    assert Coupon.objects.count() == 2


@pytest.mark.usefixtures("in_tenant_a")
def test_a_new_member_is_welcomed_once_and_a_coupon_ends() -> None:
    member = make_member()
    make_template(channels=["register"], valid_days=1)

    given = welcome(member.pk, now=NOW) + welcome(member.pk, now=NOW)
    later = NOW + timedelta(days=1)
    before = held_by(member.pk, now=NOW).count()
    shown = held_by(member.pk, states=[CouponState.EXPIRED], now=later).count()
    ended = expire(now=later)

    assert (len(given), before, shown, ended) == (1, 1, 1, 1)
    with pytest.raises(NotRevocable):
        revoke(given[0].pk, reason="", actor=ACTOR, now=NOW)


@pytest.mark.usefixtures("in_tenant_a")
@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"terms": {"off_minor": 600}, "threshold_minor": 500}, "threshold_minor"),
        ({"valid_days": None}, "valid_until"),
        ({"code": "a"}, "code"),
        ({"channels": ["post"]}, "channels"),
        ({"scope": {"include": [["product", "7"]]}}, "scope.include"),
        ({"audience": {"members": ["x"]}}, "audience.members"),
        ({"total": 0}, "total"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_kind_of_coupon_that_makes_no_sense_is_refused(told: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidPromotion) as refused:
        make_template(**told)

    assert refused.value.fields["field"] == field
    assert not CouponTemplate.objects.exists()


@pytest.mark.usefixtures("in_tenant_a")
def test_fewer_than_were_taken_cannot_be_offered() -> None:
    template = make_template(total=5)
    give_coupon(template, make_member().pk)
    give_coupon(template, make_member().pk)

    with pytest.raises(InvalidPromotion):
        change_template(template.pk, {"total": 1}, actor=ACTOR, now=NOW)


@pytest.mark.parametrize(
    ("people", "coupons"),
    [
        pytest.param(150, 15, id="short"),
        pytest.param(1000, 100, marks=pytest.mark.soak, id="long"),
    ],
)
def test_ten_takers_for_each_coupon_take_one(shop: TenantRef, people: int, coupons: int) -> None:
    template = make_template(total=coupons)
    takers = [make_member().pk for _person in range(people)]

    told = together(
        [
            lambda each=each: outcome(lambda: take(template.pk, member_id=each, now=NOW))  # type: ignore[misc]
            for each in takers
        ]
    )

    template.refresh_from_db()
    assert Counter(told) == {"done": coupons, AllTaken.code: people - coupons}
    assert (template.taken_count, Coupon.objects.count()) == (coupons, coupons)


@pytest.mark.parametrize(
    ("orders", "uses"),
    [
        pytest.param(60, 10, id="short"),
        pytest.param(600, 100, marks=pytest.mark.soak, id="long"),
    ],
)
def test_a_budget_is_never_exceeded(shop: TenantRef, orders: int, uses: int) -> None:
    tea, row = make_variant(minor=1000, stock=orders), make_promotion(uses_limit=uses)
    placements = [make_placement((tea.pk, 1)) for _order in range(orders)]

    told = together(
        [
            lambda each=each: outcome(lambda: place_one(each, actor=TESTER, now=NOW))  # type: ignore[misc]
            for each in placements
        ]
    )

    row.refresh_from_db()
    refused = Counter(told)["checkout.refused"]
    assert set(told) <= {"done", "checkout.refused"}
    assert row.used_count == Order.objects.filter(total_minor=900).count() == uses
    assert Order.objects.filter(total_minor=1000).count() == orders - uses - refused


def test_one_coupon_in_two_tabs_is_one_order(shop: TenantRef) -> None:
    tea, member = make_variant(minor=5000, stock=20), make_member()
    coupon = give_coupon(make_template(), member.pk, now=NOW)
    tabs = [placement_with((tea.pk, 1), member_id=member.pk, coupons=[coupon]) for _tab in range(6)]

    told = together(
        [
            lambda each=each: outcome(lambda: place_one(each, actor=TESTER, now=NOW))  # type: ignore[misc]
            for each in tabs
        ]
    )

    coupon.refresh_from_db()
    assert Counter(told) == {"done": 1, "checkout.refused": 5}
    assert Order.objects.get().total_minor == 4000
    assert coupon.state == "locked"
    assert Promotion.objects.count() == 0
