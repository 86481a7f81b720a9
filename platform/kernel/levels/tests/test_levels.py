"""How members reach levels and lose them, and what levels bring."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from kernel.audit.models import AuditEntry
from kernel.checkout.services import quote_basket
from kernel.common.time import utc_now
from kernel.fulfilment.services import receive_order
from kernel.ledger.services import Owner, adjust, balance, verify
from kernel.levels.errors import InvalidLevel
from kernel.levels.handlers import look_at
from kernel.levels.models import Level, LevelChange, Standing
from kernel.levels.policy import current_policy, set_policy
from kernel.levels.selectors import progress_of
from kernel.levels.services import change_level, grow, growth_of, review, set_level, settle_order
from kernel.levels.services.points import settle_points
from kernel.levels.services.reviewing import REVIEW, review_due
from kernel.members.models import Member
from kernel.members.services.merging import merge_members
from kernel.orders.choices import PaymentEntryKind
from kernel.orders.models import Order
from kernel.orders.services.money import note_refund
from kernel.pricing.errors import ManagedPriceList
from kernel.pricing.models import PriceList
from kernel.pricing.services import change_price_list
from kernel.promotions.models import Promotion
from testkit.alarms import alarms, minute_of
from testkit.factories.levels import ACTOR, make_level, walk_all
from testkit.factories.orders import (
    TESTER,
    make_basket,
    make_member,
    make_variant,
    orders_in,
    pay,
    place,
)
from testkit.factories.promotions import make_promotion
from testkit.factories.reviews import ship_everything

NOW = utc_now()
DAY = timedelta(days=1)
pytestmark = pytest.mark.usefixtures("in_tenant_a")


def bought(member: Member, minor: int, *, now: datetime = NOW) -> Order:
    """Let a member receive something that he paid for; levels hear of it."""
    group = place((make_variant(minor=minor).pk, 1), member_id=member.pk, now=now)
    pay(group, now=now)
    [order] = orders_in(group)
    ship_everything(order, now=now)
    receive_order(order.pk, actor=TESTER, now=now)
    heard(order, now=now)
    return Order.objects.get(pk=order.pk)


def heard(order: Order, *, now: datetime = NOW) -> None:
    assert order.member_id is not None
    settle_points(order.pk, current_policy(), now=now)
    settle_order(order.pk, current_policy(), now=now)
    review([order.member_id], now=now)


def pay_back(order: Order, minor: int, reference: str, *, now: datetime = NOW) -> None:
    kind = PaymentEntryKind.REFUNDED
    note_refund(order.pk, kind, minor, reference=reference, actor=TESTER, now=now)
    heard(order, now=now)


def points_of(member: Member) -> int:
    return balance(Owner("member", member.pk), "points")


def level_of(member_id: UUID) -> str:
    row = Standing.objects.filter(pk=member_id).select_related("level").first()
    return row.level.code if row and row.level else ""


def test_a_refunded_order_takes_back_its_growth_and_demotes_after_the_grace_period() -> None:
    make_level("silver", 1, ("growth", 50))
    make_level("gold", 2, ("growth", 100), discount_bp=1000)
    set_policy({"grace_days": 7, "growth_per_unit": 2}, actor=ACTOR, now=NOW)
    member = make_member()

    order = bought(member, 6000)
    reached = level_of(member.pk), growth_of(member.pk)
    pay_back(order, 3000, "r1")
    pay_back(order, 3000, "r1")
    kept = level_of(member.pk), growth_of(member.pk)
    falls_at = Standing.objects.get(pk=member.pk).falls_at
    asked = alarms(REVIEW)
    review_due(now=NOW + 6 * DAY)
    still = level_of(member.pk)
    review_due(now=NOW + 7 * DAY)
    fallen = level_of(member.pk)
    pay_back(order, 3000, "r2", now=NOW + 8 * DAY)
    review_due(now=NOW + 16 * DAY)

    assert reached == ("gold", 120)
    assert kept == ("gold", 60)
    assert falls_at == NOW + 7 * DAY
    assert minute_of(NOW + 7 * DAY) in asked
    assert (still, fallen, level_of(member.pk)) == ("gold", "silver", "")
    assert growth_of(member.pk) == 0
    told = LevelChange.objects.filter(member=member).order_by("id")
    assert list(told.values_list("before__code", "after__code", "kind")) == [
        (None, "gold", "earned"),
        ("gold", "silver", "lost"),
        ("silver", None, "lost"),
    ]
    assert not verify()


def test_who_meets_the_conditions_again_in_time_keeps_the_level() -> None:
    make_level("gold", 1, ("spend", 5000), ("orders", 2), match="any")
    member = make_member()
    order = bought(member, 6000)
    pay_back(order, 6000, "r1")
    falls_at = Standing.objects.get(pk=member.pk).falls_at

    bought(member, 5000, now=NOW + DAY)
    review_due(now=NOW + 40 * DAY)

    assert falls_at is not None
    assert level_of(member.pk) == "gold"


def test_a_level_multiplies_the_points_of_an_order_and_a_refund_takes_them_back() -> None:
    level = make_level("gold", 1, ("growth", 1), points_bp=15_000)
    set_policy({"earns_on": "received"}, actor=ACTOR, now=NOW - DAY)
    with pytest.raises(InvalidLevel):
        set_policy({"points_asset": "cny"}, actor=ACTOR, now=NOW)
    early = make_member()
    before = bought(early, 5000, now=NOW - DAY)
    set_policy({"points_per_unit": 2}, actor=ACTOR, now=NOW)
    plain, gold = make_member(), make_member()
    set_level(gold.pk, level.pk, reason="", is_fixed=True, actor=ACTOR, now=NOW)

    orders = [bought(plain, 6050), bought(gold, 6050)]
    earned = [points_of(plain), points_of(gold)]
    for order in (*orders, before):
        heard(order)
    set_policy({"points_per_unit": 5}, actor=ACTOR, now=NOW)
    pay_back(orders[1], 3025, "r1")
    kept = points_of(gold)
    # What was spent meanwhile is not owed.
    adjust(Owner("member", gold.pk), "points", -50, key="spent", reason="Mug", actor=ACTOR)
    pay_back(orders[1], 3025, "r2")

    assert earned == [121, 181]
    assert points_of(early) == 0
    assert (kept, points_of(gold)) == (90, 0)
    assert not verify()


def test_what_was_bought_long_ago_no_longer_counts_where_the_shop_says_so() -> None:
    make_level("gold", 1, ("spend", 5000))
    set_policy({"window_days": 90, "grace_days": 0}, actor=ACTOR, now=NOW)
    member = make_member()
    bought(member, 6000)

    review_due(now=NOW + 89 * DAY)
    before = level_of(member.pk)
    review_due(now=NOW + 91 * DAY)

    assert (before, level_of(member.pk)) == ("gold", "")


def test_growth_counts_when_the_shop_says_and_what_was_earned_keeps_its_rate() -> None:
    make_level("gold", 1, ("growth", 10))
    member = make_member()
    group = place((make_variant(minor=1050).pk, 2), member_id=member.pk)
    pay(group)
    [order] = orders_in(group)
    heard(order)
    unpaid = growth_of(member.pk)
    set_policy({"earns_on": "paid"}, actor=ACTOR, now=NOW)
    heard(order)
    heard(order)
    earned = growth_of(member.pk)
    set_policy({"growth_per_unit": 9}, actor=ACTOR, now=NOW)
    pay_back(order, 1050, "r1")

    assert (unpaid, earned, growth_of(member.pk)) == (0, 21, 10)
    # What is gone by other ways is not owed.
    grow(member.pk, 3, key="visit:1", now=NOW)
    grow(member.pk, 3, key="visit:1", now=NOW)
    assert growth_of(member.pk) == 13


def test_all_members_are_looked_at_when_levels_change() -> None:
    members = [make_member() for _each in range(5)]
    for number, member in enumerate(members):
        grow(member.pk, number * 10, key=f"g:{number}", now=NOW)
    gold = make_level("gold", 2, ("growth", 30))
    make_level("silver", 1, ("growth", 10))
    walk_all(size=2)
    first = [level_of(each.pk) for each in members]
    change_level(gold.pk, {"is_active": False}, actor=ACTOR, now=NOW)
    walk_all(size=2)

    assert first == ["", "silver", "silver", "gold", "gold"]
    assert [level_of(each.pk) for each in members] == ["", *["silver"] * 4]
    assert current_policy().percent == 100


def test_a_level_set_by_hand_stays_where_it_is_fixed_and_is_on_the_record() -> None:
    gold, silver = make_level("gold", 2, ("growth", 100)), make_level("silver", 1, ("growth", 1))
    member = make_member()
    told = {"reason": "一位老主顾", "actor": ACTOR, "now": NOW}

    set_level(member.pk, gold.pk, is_fixed=True, **told)  # type: ignore[arg-type]
    look_at([member.pk])
    review_due(now=NOW + 99 * DAY)
    fixed = level_of(member.pk)
    grow(member.pk, 5, key="g", now=NOW)
    set_level(member.pk, gold.pk, is_fixed=False, **told)  # type: ignore[arg-type]
    review_due(now=NOW + 99 * DAY)

    assert (fixed, level_of(member.pk)) == ("gold", silver.code)
    assert AuditEntry.objects.filter(action="levels.set").count() == 2


def test_of_two_accounts_the_higher_level_and_all_growth_stay() -> None:
    make_level("gold", 2, ("growth", 30))
    kept, absorbed = make_member(), make_member()
    order = bought(absorbed, 4000)
    grow(kept.pk, 5, key="g", now=NOW)

    merge_members(kept.pk, absorbed.pk, actor=ACTOR, reason="same person", now=NOW)
    after = level_of(kept.pk), growth_of(kept.pk)
    order.refresh_from_db()
    pay_back(order, 4000, "r1")

    assert after == ("gold", 45)
    assert growth_of(kept.pk) == 5


def test_a_member_sees_how_far_the_next_level_is() -> None:
    make_level("gold", 2, ("growth", 200), ("orders", 4))
    make_level("silver", 1, ("growth", 10))
    member = make_member()
    bought(member, 5000)

    found = progress_of(member.pk, now=NOW)

    assert found.level is not None
    assert found.next is not None
    assert (found.level.code, found.next.code, found.growth) == ("silver", "gold", 50)
    assert [(step.fact.code, step.value, step.missing) for step in found.steps] == [
        ("growth", 50, 150),
        ("orders", 1, 3),
    ]
    assert found.percent == 25


def price(member: Member, minor: int = 10_000, *, pieces: int = 1) -> int:
    """Return what one thing costs a member now, without shipping."""
    basket = make_basket((make_variant(minor=minor).pk, pieces), member_id=member.pk)
    figures = quote_basket(basket, now=utc_now()).parts[0].figures()
    return figures.items - figures.discount


def golden() -> Member:
    """Make a member of a level with ten per cent off."""
    gold = make_level("gold", 1, discount_bp=1000, free_shipping=True)
    member = make_member()
    set_level(member.pk, gold.pk, is_fixed=True, reason="", actor=ACTOR, now=NOW)
    return member


def test_level_price_and_campaign_price_do_not_stack_unless_the_campaign_says_so() -> None:
    member, stranger = golden(), make_member()
    alone = price(member), price(stranger)

    weak = make_promotion(terms={"off_bp": 500})
    with_weak = price(member), price(stranger)
    strong = make_promotion(terms={"off_bp": 2000}, priority=5)
    with_strong = price(member), price(stranger)
    Promotion.objects.filter(pk__in=[weak.pk, strong.pk]).update(is_active=False)
    make_promotion(terms={"off_bp": 2000}, joins_levels=True)
    joined = price(member), price(stranger)

    assert alone == (9000, 10_000)
    assert with_weak == (9000, 9500)
    assert with_strong == (8000, 8000)
    assert joined == (7200, 8000)


def test_a_promotion_takes_the_place_of_the_level_price_on_its_own_goods_alone() -> None:
    member = golden()
    cheap, other = make_variant(minor=10_000), make_variant(minor=10_000)
    scope = {"include": [["product", f"{cheap.product.public_id}"]]}
    make_promotion(terms={"off_bp": 3000}, scope=scope)
    basket = make_basket((cheap.pk, 1), (other.pk, 1), member_id=member.pk)

    figures = quote_basket(basket, now=utc_now()).parts[0].figures()

    assert figures.items - figures.discount == 7000 + 9000


def test_what_belongs_to_a_level_is_changed_by_the_level_alone() -> None:
    golden()
    gold = Level.objects.get()
    [owned] = PriceList.objects.exclude(managed_by="")

    with pytest.raises(ManagedPriceList):
        change_price_list(owned.pk, {"is_active": False}, actor=ACTOR, now=NOW)
    change_level(gold.pk, {"discount_bp": 0, "free_shipping": False}, actor=ACTOR, now=NOW)

    assert not PriceList.objects.filter(is_active=True).exists()
    assert not Promotion.objects.filter(is_active=True).exists()
