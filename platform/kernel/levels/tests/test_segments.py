"""Who belongs to segments, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from kernel.checkout.services import quote_basket
from kernel.common.ids import public_id, uuid7
from kernel.common.time import utc_now
from kernel.levels.choices import WalkState
from kernel.levels.errors import InvalidSegment, NotByHand, SegmentInUse
from kernel.levels.handlers import look_at
from kernel.levels.models import Segment, SegmentMember
from kernel.levels.services import (
    change_segment,
    choose_members,
    create_segment,
    delete_segment,
    grow,
    matching,
    rename_tag,
    tag_members,
    tags_in_use,
)
from kernel.levels.tasks import walk_once
from kernel.members.models import Member, MemberTag
from kernel.members.services.erasing import anonymise
from kernel.members.services.staff import set_member_tags, tags_of
from kernel.orders.models import Order, OrderLine
from kernel.pricing.services import create_price_list
from kernel.tenancy.context import TenantRef, bind_context, tenant_context
from testkit.factories.levels import ACTOR, make_level, make_segment, walk_all
from testkit.factories.orders import (
    make_basket,
    make_member,
    make_variant,
    orders_in,
    pay,
    place,
)
from testkit.factories.promotions import make_promotion
from testkit.tenants import open_test_tenant

NOW = utc_now()
DAY = timedelta(days=1)


def asks(kind: str, test: str, value: object, days: int | None = None) -> dict[str, Any]:
    return {"kind": kind, "test": test, "value": value, "days": days}


def buy(member: Member, minor: int, *, ago: int = 0) -> Order:
    """Let a member pay for something, some days ago."""
    moment = NOW - ago * DAY
    group = place((make_variant(minor=minor).pk, 1), member_id=member.pk, now=moment)
    pay(group, now=moment)
    return orders_in(group)[0]


def found(*conditions: dict[str, Any], match: str = "all") -> set[Any]:
    return set(matching(conditions, match, now=NOW).values_list("pk", flat=True))


@pytest.mark.usefixtures("in_tenant_a")
def test_members_are_found_by_every_kind_of_condition() -> None:
    loyal, lapsed, new = (make_member() for _each in range(3))
    Member.objects.filter(pk=lapsed.pk).update(created_at=NOW - 400 * DAY)
    everybody = {loyal.pk, lapsed.pk, new.pk}
    order = buy(loyal, 9000, ago=5)
    buy(loyal, 1000, ago=50)
    buy(lapsed, 20_000, ago=200)
    set_member_tags(new.pk, ["批发"], actor=ACTOR, now=NOW)
    make_level("gold", 1, ("spend", 15_000))
    walk_all()
    bought = public_id("prd", OrderLine.objects.get(order=order).product_id)

    assert found(asks("spend", "at_least", 10_000)) == {loyal.pk, lapsed.pk}
    assert found(asks("spend", "at_least", 10_000, 90)) == {loyal.pk}
    assert found(asks("spend", "at_most", 0)) == {new.pk}
    assert found(asks("orders", "at_least", 2)) == {loyal.pk}
    assert found(asks("last_order", "at_least", 90)) == {lapsed.pk}
    assert found(asks("last_order", "at_most", 90)) == {loyal.pk}
    assert found(asks("joined", "at_least", 365)) == {lapsed.pk}
    assert found(asks("tag", "any", ["批发"])) == {new.pk}
    assert found(asks("tag", "none", ["批发"])) == everybody - {new.pk}
    assert found(asks("level", "any", ["gold"])) == {lapsed.pk}
    assert found(asks("growth", "at_most", 10)) == everybody
    assert found(asks("invited", "at_least", 1)) == set()
    assert found(asks("orders", "at_least", 2), asks("tag", "any", ["批发"]), match="any") == {
        loyal.pk,
        new.pk,
    }
    assert found(asks("bought", "any", [bought])) == {loyal.pk}


@pytest.mark.usefixtures("in_tenant_a")
@pytest.mark.parametrize(
    "condition",
    [
        asks("shoe_size", "at_least", 4),
        asks("spend", "any", ["x"]),
        asks("spend", "at_least", "much"),
        asks("spend", "at_least", -1),
        asks("joined", "at_least", 3, 30),
        asks("tag", "any", []),
        asks("tag", "any", ["a\x00b"]),
        asks("bought", "any", ["prd_nonsense"]),
        {"kind": "spend"},
        "spend",
    ],
)
def test_conditions_that_say_nothing_are_refused(condition: Any) -> None:
    with pytest.raises(InvalidSegment):
        create_segment(code="s", name="S", conditions=[condition], actor=ACTOR, now=NOW)


@pytest.mark.usefixtures("in_tenant_a")
def test_a_segment_follows_its_members_and_gives_them_a_tag() -> None:
    spender, other = make_member(), make_member()
    set_member_tags(other.pk, ["VIP"], actor=ACTOR, now=NOW)
    buy(spender, 5000)
    row = make_segment(asks("spend", "at_least", 4000), code="vips", tag="VIP")
    first = set(SegmentMember.objects.values_list("member_id", flat=True))
    tagged = tags_of([spender.pk, other.pk])

    buy(other, 9000)
    look_at([other.pk])
    grown = Segment.objects.get(pk=row.pk).size
    change_segment(row.pk, {"conditions": [asks("spend", "at_least", 8000)]}, actor=ACTOR, now=NOW)
    walk_all(row.pk)

    assert first == {spender.pk}
    assert tagged == {spender.pk: ["VIP"], other.pk: ["VIP"]}
    assert grown == 2
    assert Segment.objects.get(pk=row.pk).size == 1
    # A tag that a rule gave goes with it; one that staff gave stays.
    assert tags_of([spender.pk, other.pk]) == {spender.pk: [], other.pk: ["VIP"]}
    delete_segment(row.pk, actor=ACTOR, now=NOW)
    assert tags_of([other.pk]) == {other.pk: ["VIP"]}


@pytest.mark.usefixtures("in_tenant_a")
def test_members_are_chosen_by_hand_and_leave_when_they_are_erased() -> None:
    row = make_segment(code="friends")
    members = [make_member() for _each in range(3)]
    ids = [each.pk for each in members]

    chosen = choose_members(row.pk, add=ids, actor=ACTOR, now=NOW)
    fewer = choose_members(row.pk, remove=ids[:1], actor=ACTOR, now=NOW)
    anonymise(ids[1], actor=ACTOR, reason="", now=NOW)
    dynamic = make_segment(asks("orders", "at_least", 1))

    assert (chosen.size, fewer.size) == (3, 2)
    assert Segment.objects.get(pk=row.pk).size == 1
    with pytest.raises(NotByHand):
        choose_members(dynamic.pk, add=ids, actor=ACTOR, now=NOW)


@pytest.mark.usefixtures("in_tenant_a")
def test_prices_and_promotions_are_for_segments_and_levels() -> None:
    member, stranger = make_member(), make_member()
    row = make_segment(code="friends")
    choose_members(row.pk, add=[member.pk], actor=ACTOR, now=NOW)
    rules = [{"of": "all", "value": "", "percent_off_bp": 1000, "min_quantity": 1}]
    create_price_list(
        code="friends",
        currency="CNY",
        fields={"name": "F", "audience": {"groups": ["segment:friends"]}, "rules": rules},
        actor=ACTOR,
        now=NOW,
    )
    belongs = [{"kind": "belongs", "value": ["segment:friends", "level:gold"]}]
    make_promotion(terms={"off_bp": 5000}, conditions=belongs)

    def costs(who: Member) -> int:
        basket = make_basket((make_variant(minor=10_000).pk, 1), member_id=who.pk)
        figures = quote_basket(basket, now=utc_now()).parts[0].figures()
        return figures.items - figures.discount

    assert (costs(member), costs(stranger)) == (4500, 10_000)
    with pytest.raises(SegmentInUse):
        delete_segment(row.pk, actor=ACTOR, now=NOW)


@pytest.mark.usefixtures("in_tenant_a")
def test_tags_are_given_to_many_at_once_renamed_and_counted() -> None:
    members = [make_member() for _each in range(3)]
    ids = [each.pk for each in members]
    set_member_tags(ids[0], ["old", "both"], actor=ACTOR, now=NOW)

    changed = tag_members(ids, add=["both"], remove=["old"], actor=ACTOR, now=NOW)
    rename_tag("both", "new", actor=ACTOR, now=NOW)

    assert changed == 3
    assert [(each.name, each.members) for each in tags_in_use()] == [("new", 3)]
    assert MemberTag.objects.filter(by_rule=True).count() == 0


@pytest.fixture
def shop(committing: None) -> Iterator[TenantRef]:
    tenant = open_test_tenant()
    with tenant_context(tenant):
        yield tenant


def crowd(number: int) -> None:
    """Make many members at once; every other one has a long account."""
    long_ago = NOW - 900 * DAY
    Member.objects.bulk_create(
        [
            Member(id=uuid7(), name=f"M{each}", created_at=long_ago if each % 2 else NOW)
            for each in range(number)
        ],
        batch_size=5_000,
    )


def refreshed_beside_locks(number: int, size: int) -> tuple[int, bool]:
    """Refresh a segment while somebody holds every member; return its size, and if it was read."""
    crowd(number)
    with transaction.atomic():
        row = create_segment(
            code="old",
            name="Old",
            conditions=[asks("joined", "at_least", 365), asks("spend", "at_most", 0)],
            actor=ACTOR,
            now=NOW,
        )

    def work() -> bool:
        try:
            while walk_once(row.pk, now=NOW, size=size):
                pass
        finally:
            connection.close()
        return True

    with transaction.atomic():
        # Whoever buys or is changed meanwhile holds his row.
        list(Member.objects.select_for_update(no_key=True).values_list("pk", flat=True))
        list(SegmentMember.objects.values_list("pk", flat=True)[:1])
        with ThreadPoolExecutor(1) as pool:
            is_done = pool.submit(bind_context(work)).result(timeout=120)
    return Segment.objects.get(pk=row.pk).size, is_done


def test_a_dynamic_segment_refreshes_without_locking(shop: TenantRef) -> None:
    size, is_done = refreshed_beside_locks(600, size=250)

    row = Segment.objects.get(code="old")
    assert (size, is_done) == (300, True)
    assert (row.state, row.done, row.percent) == (WalkState.IDLE, 600, 100)
    assert row.refresh_at == NOW + DAY
    assert SegmentMember.objects.filter(segment=row).count() == 300


@pytest.mark.soak
def test_a_dynamic_segment_of_100k_members_refreshes_without_locking(shop: TenantRef) -> None:
    size, is_done = refreshed_beside_locks(100_000, size=5_000)

    assert (size, is_done) == (50_000, True)


def test_what_was_gathered_in_one_shop_is_unknown_in_another(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    with tenant_context(tenant_a):
        make_level("gold", 1, ("growth", 1))
        member = make_member()
        grow(member.pk, 5, key="g", now=NOW)
        walk_all()
        make_segment(asks("growth", "at_least", 1), code="grown")
    with tenant_context(tenant_b):
        assert not Segment.objects.filter(code="grown").exists()
        assert not SegmentMember.objects.exists()
        make_segment(asks("growth", "at_least", 1), code="grown")
        assert Segment.objects.get(code="grown").size == 0
