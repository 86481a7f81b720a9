"""Checkouts that land together, on real connections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from kernel.checkout.placing import place_many, place_one
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.fulfilment.errors import PickupCodeUsed
from kernel.fulfilment.models import Fulfilment
from kernel.fulfilment.services import Parcel, code_of, fulfil, hand_over
from kernel.fulfilment.services.pickup import give_codes
from kernel.inventory.errors import OutOfStock
from kernel.inventory.models import StockItem
from kernel.orders.housekeeping import cancel_unpaid
from kernel.orders.models import Order, OrderEvent, OrderGroup
from kernel.orders.numbers import draw_numbers
from kernel.orders.policy import current_policy
from kernel.orders.services.lifecycle import cancel_orders
from kernel.orders.services.money import receive_payment
from kernel.orders.timeline import verify
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.inventory import together
from testkit.factories.orders import TESTER, make_member, make_placement, make_variant, pay, place
from testkit.tenants import open_test_tenant

NOW = utc_now()


@pytest.fixture
def shop(committing: None) -> Iterator[TenantRef]:
    tenant = open_test_tenant()
    with tenant_context(tenant):
        yield tenant


def outcome(work: object) -> str:
    try:
        work()  # type: ignore[operator]
    except DomainError as refusal:
        return refusal.code
    return "done"


@pytest.mark.parametrize(
    ("buyers", "pieces"),
    [
        pytest.param(500, 100, id="short"),
        pytest.param(5000, 1000, marks=pytest.mark.soak, id="long"),
    ],
)
def test_five_checkouts_for_each_piece_place_one(shop: TenantRef, buyers: int, pieces: int) -> None:
    tea = make_variant(stock=pieces)
    placements = [make_placement((tea.pk, 1)) for _buyer in range(buyers)]

    told = together(
        [
            lambda each=each: outcome(lambda: place_one(each, actor=TESTER, now=NOW))  # type: ignore[misc]
            for each in placements
        ]
    )

    item = StockItem.objects.get(variant_id=tea.pk)
    assert Counter(told) == {"done": pieces, OutOfStock.code: buyers - pieces}
    assert (Order.objects.count(), item.allocated, item.on_hand) == (pieces, pieces, pieces)
    assert OrderGroup.objects.values("number").distinct().count() == pieces
    assert list(verify()) == []


def test_batches_that_land_together_sell_no_more_than_there_is(shop: TenantRef) -> None:
    goods = [make_variant(stock=20).pk for _variant in range(3)]
    batches = [
        [
            make_placement((goods[n % 3], 1), (goods[(n + turn) % 3], 1))
            if (n + turn) % 3 != n % 3
            else make_placement((goods[n % 3], 1))
            for n in range(10)
        ]
        for turn in range(8)
    ]

    together([lambda batch=batch: place_many(batch, actor=TESTER, now=NOW) for batch in batches])  # type: ignore[misc]

    items = StockItem.objects.filter(variant_id__in=goods)
    assert all(item.allocated <= 20 for item in items)
    assert any(item.allocated == 20 for item in items)


def test_one_key_sent_many_times_at_once_is_one_order(shop: TenantRef) -> None:
    tea, member = make_variant(stock=1), make_member()
    placement = make_placement((tea.pk, 1), member_id=member.pk, key="once")

    groups = together(
        [lambda: place_one(placement, actor=TESTER, now=NOW).pk for _request in range(12)]
    )

    assert len(set(groups)) == 1
    assert Order.objects.count() == 1


def test_a_members_limit_holds_when_he_orders_twice_at_once(shop: TenantRef) -> None:
    tea, member = make_variant(max_per_member=2), make_member()
    placements = [make_placement((tea.pk, 1), member_id=member.pk) for _order in range(8)]

    told = together(
        [
            lambda each=each: outcome(lambda: place_one(each, actor=TESTER, now=NOW))  # type: ignore[misc]
            for each in placements
        ]
    )

    assert Counter(told) == {"done": 2, "checkout.refused": 6}


def test_paying_and_cancelling_at_once_ends_in_one_of_both(shop: TenantRef) -> None:
    groups = [place((make_variant().pk, 1)) for _order in range(8)]

    def pay_it(group: OrderGroup) -> object:
        return receive_payment(group.pk, group.total_minor, reference="p", actor=TESTER, now=NOW)

    def expire(group: OrderGroup) -> object:
        ids: list[UUID] = list(Order.objects.filter(group=group).values_list("pk", flat=True))
        return cancel_orders(ids, reason="", actor=TESTER, now=NOW, action="expire")

    told = together(
        [
            lambda work=work, group=group: outcome(lambda: work(group))  # type: ignore[misc]
            for group in groups
            for work in (pay_it, expire)
        ]
    )

    assert Counter(told) == {"done": 8, "orders.transition_refused": 8}
    assert list(verify()) == []


def test_workers_that_expire_at_once_cancel_each_order_once(shop: TenantRef) -> None:
    for _order in range(12):
        place((make_variant().pk, 1))
    later = NOW + timedelta(hours=2)

    counts = together([lambda: cancel_unpaid(later) for _worker in range(6)])

    assert sum(counts) == 12
    assert OrderEvent.objects.filter(kind="cancelled").count() == 12


def test_a_pickup_code_that_is_said_twice_at_once_works_once(shop: TenantRef) -> None:
    group = place((make_variant().pk, 1))
    pay(group)
    [order] = Order.objects.filter(group=group)
    give_codes([order.pk])
    code = code_of(order.pk)
    assert code is not None

    told = together(
        [lambda: outcome(lambda: hand_over(code.code, actor=TESTER, now=NOW)) for _desk in range(8)]
    )

    assert Counter(told) == {"done": 1, PickupCodeUsed.code: 7}
    assert Fulfilment.objects.count() == 1


def test_an_order_that_two_people_ship_at_once_leaves_once(shop: TenantRef) -> None:
    tea = make_variant(stock=10)
    group = place((tea.pk, 4))
    pay(group)
    [order] = Order.objects.filter(group=group)

    told = together(
        [
            lambda: outcome(lambda: fulfil(Parcel(order.pk), actor=TESTER, now=NOW))
            for _clerk in range(6)
        ]
    )

    assert Counter(told)["done"] == 1
    assert StockItem.objects.get(variant_id=tea.pk).on_hand == 6


def test_numbers_drawn_at_once_are_all_different(shop: TenantRef) -> None:
    policy = current_policy()

    drawn = together([lambda: draw_numbers(50, policy=policy, now=NOW) for _worker in range(12)])

    assert len({number for numbers in drawn for number in numbers}) == 600
