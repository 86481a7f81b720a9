"""Checkouts that land together, on real connections."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from random import Random

import pytest

from kernel.common.ids import uuid7
from kernel.common.time import utc_now
from kernel.inventory.errors import NotOnHand, OutOfStock, Promised
from kernel.inventory.models import Allocation
from kernel.inventory.selectors import availability, faults
from kernel.inventory.services import (
    StockLine,
    Want,
    allocate,
    expire_reservations,
    receive,
    release,
    reserve,
    send_transfer,
    ship,
)
from kernel.inventory.values import Ref
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.inventory import ACTOR, make_stocked, places, stock_of, together
from testkit.tenants import open_test_tenant

SOON = timedelta(minutes=15)


@pytest.fixture
def tenant(committing: None) -> TenantRef:
    return open_test_tenant()


def test_five_hundred_checkouts_for_a_hundred_pieces_place_exactly_a_hundred(
    tenant: TenantRef,
) -> None:
    with tenant_context(tenant):
        variant = make_stocked(60, 40)

        def check_out() -> bool:
            cart: Ref = ("cart", uuid7())
            wants = [Want(variant.pk, 1)]
            try:
                reserve(wants, holder=cart, until=utc_now() + SOON)
                allocate(("order", uuid7()), wants, from_holder=cart)
            except OutOfStock:
                return False
            return True

        placed = together([check_out] * 500)

        assert sum(placed) == 100
        assert Allocation.objects.count() == 100
        assert stock_of(variant.pk) == (100, 100, 0)
        assert availability([variant.pk])[variant.pk].sellable == 0
        assert faults() == []


def test_carts_that_hold_the_last_pieces_keep_them_from_orders_without_one(
    tenant: TenantRef,
) -> None:
    with tenant_context(tenant):
        variant = make_stocked(20)
        carts: list[Ref] = [("cart", uuid7()) for _cart in range(15)]
        for cart in carts:
            reserve([Want(variant.pk, 1)], holder=cart, until=utc_now() + SOON)

        def order(cart: Ref | None) -> bool:
            try:
                allocate(("order", uuid7()), [Want(variant.pk, 1)], from_holder=cart)
            except OutOfStock:
                return False
            return True

        placed = together([partial(order, cart) for cart in [*([None] * 40), *carts]])

        assert sum(placed[40:]) == 15
        assert sum(placed[:40]) == 5
        assert stock_of(variant.pk) == (20, 20, 0)
        assert faults() == []


def test_orders_that_name_the_same_goods_crosswise_never_wait_for_each_other(
    tenant: TenantRef,
) -> None:
    with tenant_context(tenant):
        variants = [make_stocked(30, 30).pk for _variant in range(4)]
        ahead = make_stocked(out_of_stock="backorder", oversell_limit=500).pk
        here, there = places(2)
        random = Random(7)

        def one_order(shuffled: list[Want]) -> str:
            mine: Ref = ("order", uuid7())
            cart: Ref = ("cart", uuid7())
            try:
                reserve(shuffled[1:], holder=cart, until=utc_now())
                allocate(mine, shuffled, from_holder=cart)
                ship(mine, shuffled[:1])
                release(mine)
            except (OutOfStock, NotOnHand) as refusal:
                return refusal.code
            return "done"

        def restock() -> str:
            receive([StockLine(v, here, 1) for v in reversed(variants)], actor=ACTOR)
            wants = [Want(v, 1) for v in variants]
            expire_reservations(utc_now())
            try:
                send_transfer(wants, source_id=here, destination_id=there, actor=ACTOR)
            except Promised as refusal:
                return refusal.code
            return "done"

        works: list[Callable[[], str]] = []
        for number in range(160):
            wants = [Want(variant, 1) for variant in (*variants, ahead)]
            random.shuffle(wants)
            works.append(restock if number % 8 == 0 else partial(one_order, wants))

        done = together(works)

        expire_reservations(utc_now())
        refused = {"inventory.out_of_stock", "inventory.not_on_hand", "inventory.promised"}
        assert set(done) <= {"done"} | refused
        assert done.count("done") > 20
        assert faults() == []


def test_a_sweep_does_not_wait_for_a_checkout(tenant: TenantRef) -> None:
    with tenant_context(tenant):
        variants = [make_stocked(50).pk for _variant in range(3)]
        for variant in variants:
            for _cart in range(10):
                lapsed = utc_now() - timedelta(seconds=1)
                reserve([Want(variant, 2)], holder=("cart", uuid7()), until=lapsed)

        def order() -> int:
            allocate(("order", uuid7()), [Want(variant, 1) for variant in variants])
            return 0

        def sweep() -> int:
            return expire_reservations(utc_now())

        together([*([order] * 24), *([sweep] * 8)], threads=8)

        expire_reservations(utc_now())
        assert [stock_of(variant) for variant in variants] == [(50, 24, 0)] * 3
        assert faults() == []
