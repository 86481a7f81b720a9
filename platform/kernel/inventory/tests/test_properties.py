"""Whatever is done in whatever order, the books add up; and a batch is many single calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from kernel.common.ids import uuid7
from kernel.inventory.errors import BelowZero, NotAllocated, NotOnHand, OutOfStock, Promised
from kernel.inventory.models import Allocation, Movement, StockItem
from kernel.inventory.selectors import faults
from kernel.inventory.services import (
    StockLine,
    Want,
    adjust,
    allocate,
    allocate_many,
    availability,
    count,
    expire_reservations,
    receive,
    release,
    release_reservations,
    reserve,
    ship,
    transfer,
)
from kernel.inventory.values import Ref, Take
from testkit.factories.inventory import ACTOR, make_stocked, places

pytestmark = pytest.mark.usefixtures("in_tenant_a")

NOW = datetime(2024, 5, 20, 4, 0, tzinfo=UTC)
EXAMPLES = settings(
    max_examples=15,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
LONG = settings(EXAMPLES, max_examples=200, stateful_step_count=60)

LIMITS = (0, 3, 5)
numbers = st.integers(0, 2)
small = st.integers(1, 6)
baskets = st.dictionaries(numbers, small, min_size=1, max_size=3)


class Shop(RuleBasedStateMachine):
    """Three variants at two locations: one not sold beyond stock, two that are to a limit."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.places = places(2)
        self.variants = [
            make_stocked(4, 2).pk,
            make_stocked(3, 0, out_of_stock="backorder", oversell_limit=LIMITS[1]).pk,
            make_stocked(out_of_stock="preorder", oversell_limit=LIMITS[2]).pk,
        ]
        self.now = NOW
        self.orders: list[Ref] = [("order", uuid7()) for _order in range(3)]
        self.carts: list[Ref] = [("cart", uuid7()) for _cart in range(3)]
        self.broke = False

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def wants(self, basket: dict[int, int]) -> list[Want]:
        return [Want(self.variants[number], quantity) for number, quantity in basket.items()]

    def enough(self, basket: dict[int, int]) -> bool:
        found = availability(self.variants, now=self.now)
        return all(found[self.variants[n]].sellable >= q for n, q in basket.items())

    @rule(variant=numbers, place=st.integers(0, 1), quantity=small)
    def receive(self, variant: int, place: int, quantity: int) -> None:
        line = StockLine(self.variants[variant], self.places[place], quantity)
        receive([line], actor=ACTOR)

    @rule(variant=numbers, place=st.integers(0, 1), quantity=st.integers(-4, 4).filter(bool))
    def adjust(self, variant: int, place: int, quantity: int) -> None:
        line = StockLine(self.variants[variant], self.places[place], quantity)
        try:
            with transaction.atomic():
                adjust([line], reason="found or broken", actor=ACTOR)
        except BelowZero:
            return
        self.broke = self.broke or quantity < 0

    @rule(variant=numbers, place=st.integers(0, 1), quantity=st.integers(0, 8))
    def count(self, variant: int, place: int, quantity: int) -> None:
        count(self.places[place], [Want(self.variants[variant], quantity)], actor=ACTOR)
        self.broke = True

    @rule(basket=baskets, back=st.booleans())
    def transfer(self, basket: dict[int, int], back: bool) -> None:
        source, destination = reversed(self.places) if back else self.places
        try:
            with transaction.atomic():
                transfer(
                    self.wants(basket),
                    source_id=source,
                    destination_id=destination,
                    now=self.now,
                    actor=ACTOR,
                )
        except Promised:
            return

    @rule(basket=baskets, number=numbers, minutes=st.integers(1, 30))
    def reserve(self, basket: dict[int, int], number: int, minutes: int) -> None:
        until = self.now + timedelta(minutes=minutes)
        release_reservations([self.carts[number]])
        enough = self.enough(basket)
        try:
            with transaction.atomic():
                reserve(self.wants(basket), holder=self.carts[number], until=until, now=self.now)
        except OutOfStock:
            assert not enough
        else:
            assert enough

    @rule(basket=baskets, number=numbers)
    def allocate(self, basket: dict[int, int], number: int) -> None:
        enough = self.enough(basket)
        try:
            with transaction.atomic():
                allocate(self.orders[number], self.wants(basket), now=self.now)
        except OutOfStock:
            assert not enough
        else:
            assert enough

    @rule(basket=baskets, number=numbers)
    def check_out(self, basket: dict[int, int], number: int) -> None:
        enough = self.enough(basket)
        try:
            with transaction.atomic():
                allocate(
                    self.orders[number],
                    self.wants(basket),
                    from_holder=self.carts[number],
                    now=self.now,
                )
        except OutOfStock:
            assert not enough

    @rule(basket=st.none() | baskets, number=numbers)
    def ship(self, basket: dict[int, int] | None, number: int) -> None:
        try:
            with transaction.atomic():
                ship(self.orders[number], None if basket is None else self.wants(basket))
        except (NotAllocated, NotOnHand):
            return

    @rule(basket=st.none() | baskets, number=numbers)
    def release(self, basket: dict[int, int] | None, number: int) -> None:
        try:
            with transaction.atomic():
                release(self.orders[number], None if basket is None else self.wants(basket))
        except NotAllocated:
            return

    @rule(minutes=st.integers(1, 20), sweeps=st.booleans())
    def wait(self, minutes: int, sweeps: bool) -> None:
        self.now += timedelta(minutes=minutes)
        if sweeps:
            expire_reservations(self.now)

    @invariant()
    def the_books_add_up(self) -> None:
        assert faults() == []

    @invariant()
    def no_more_is_promised_than_allowed(self) -> None:
        if self.broke:
            return
        for variant, limit in zip(self.variants, LIMITS, strict=True):
            owed = 0
            for row in StockItem.objects.filter(variant_id=variant):
                owed += max(row.allocated + row.reserved - row.on_hand, 0)
            assert owed <= limit


def test_any_sequence_of_verbs_leaves_figures_that_are_the_sums_of_their_rows() -> None:
    run_state_machine_as_test(Shop, settings=EXAMPLES)


@pytest.mark.soak
def test_long_sequences_of_verbs_leave_figures_that_are_the_sums_of_their_rows() -> None:
    run_state_machine_as_test(Shop, settings=LONG)


def state() -> tuple[object, ...]:
    """Return what stock there is, who was promised what, and how it came to be so."""
    items = StockItem.objects.order_by("variant_id", "location_id")
    kept = Allocation.objects.order_by("order_id", "stock_item_id")
    moved = Movement.objects.filter(kind="allocated").order_by("id")
    return (
        list(items.values_list("pk", "on_hand", "allocated", "reserved", "is_low")),
        list(kept.values_list("order_type", "order_id", "stock_item_id", "quantity")),
        list(moved.values_list("stock_item_id", "allocated", "reference_id")),
    )


def one_by_one(takes: Sequence[Take]) -> list[UUID]:
    """Place the orders singly; return those that were refused."""
    refused = []
    for take in takes:
        try:
            allocate(take.owner, take.wants, from_holder=take.from_holder, now=NOW)
        except OutOfStock:
            refused.append(take.owner[1])
    return refused


@given(
    stock=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=3, max_size=3),
    orders=st.lists(st.tuples(baskets, st.none() | numbers), min_size=1, max_size=10),
    held=st.lists(baskets, max_size=3),
)
@settings(EXAMPLES, max_examples=15)
def test_a_batch_of_orders_leaves_what_as_many_single_orders_leave(
    stock: list[tuple[int, int]],
    orders: list[tuple[dict[int, int], int | None]],
    held: list[dict[int, int]],
) -> None:
    with transaction.atomic():
        policies = [("refuse", 0), ("backorder", 4), ("refuse", 0)]
        variants = [
            make_stocked(*numbers, out_of_stock=policy, oversell_limit=limit).pk
            for numbers, (policy, limit) in zip(stock, policies, strict=True)
        ]
        carts: list[Ref] = [("cart", uuid7()) for _cart in range(3)]
        takes = [
            Take(
                ("order", uuid7()),
                [Want(variants[n], q) for n, q in basket.items()],
                from_holder=None if cart is None else carts[cart],
            )
            for basket, cart in orders
        ]
        holds = [
            (carts[place], [Want(variants[n], q) for n, q in basket.items()])
            for place, basket in enumerate(held)
        ]
        for cart, wants in holds:
            try:
                with transaction.atomic():
                    reserve(wants, holder=cart, until=NOW + timedelta(minutes=5), now=NOW)
            except OutOfStock:
                continue

        with transaction.atomic():
            outcomes = allocate_many(takes, now=NOW)
            together = state()
            refused_together = [o.owner[1] for o in outcomes if o.refusal is not None]
            assert faults() == []
            transaction.set_rollback(True)
        refused_singly = one_by_one(takes)

        assert refused_together == refused_singly
        assert together == state()
        transaction.set_rollback(True)
