"""Any sequence of what people do keeps the books; a batch leaves what single calls leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from kernel.checkout.placing import place_many
from kernel.common.outbox.models import OutboxEvent
from kernel.common.time import utc_now
from kernel.fulfilment.services import Parcel, fulfil, receive_order
from kernel.inventory.models import Allocation, Movement, StockItem
from kernel.ledger.services import verify as verify_ledger
from kernel.orders.choices import OrderStatus, PaymentEntryKind
from kernel.orders.errors import TransitionRefused
from kernel.orders.machine import failing_guard
from kernel.orders.models import Adjustment, Order, OrderEvent, OrderGroup, OrderLine
from kernel.orders.services.lifecycle import cancel_orders, complete_orders
from kernel.orders.services.money import note_refund, owed_back, receive_payment
from kernel.orders.timeline import verify
from kernel.tenancy.context import TenantRef
from testkit.factories.orders import (
    TESTER,
    make_member,
    make_placement,
    make_variant,
)

NOW = utc_now()
_SETTINGS = settings(
    deadline=None,
    max_examples=6,
    stateful_step_count=14,
    suppress_health_check=list(HealthCheck),
)


class Shop(RuleBasedStateMachine):
    """Somebody places, pays, cancels, ships, receives, in any order."""

    def __init__(self) -> None:
        self.savepoint = transaction.savepoint()
        super().__init__()
        self.variants = [make_variant(minor=minor, stock=6).pk for minor in (500, 333)]
        self.member = make_member().pk
        self.payments = 0
        self.paid: set[tuple[UUID, str]] = set()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    def _attempt(self, order: Order, action: Any, work: Callable[[], object]) -> bool:
        """Do it, see that the machine's table decides whether it goes, and return that."""
        order.refresh_from_db()
        refused = failing_guard(order, action)
        before = (order.status, order.payment_status, order.fulfilment_status)
        if refused is None:
            work()
            return True
        with pytest.raises(TransitionRefused) as caught, transaction.atomic():
            work()
        assert caught.value.fields["guard"] == refused
        order.refresh_from_db()
        assert before == (order.status, order.payment_status, order.fulfilment_status)
        return False

    def _some(self, number: int) -> Order | None:
        orders = list(Order.objects.order_by("id"))
        return orders[number % len(orders)] if orders else None

    @rule(first=st.integers(0, 4), second=st.integers(0, 4))
    def place(self, first: int, second: int) -> None:
        items = [
            (variant, quantity)
            for variant, quantity in zip(self.variants, (first, second), strict=True)
            if quantity
        ]
        free = self._free()
        [outcome] = place_many(
            [make_placement(*items, member_id=self.member)], actor=TESTER, now=NOW
        )
        enough = all(free[variant] >= quantity for variant, quantity in items)
        assert (outcome.refusal is None) == (bool(items) and enough)

    @rule(number=st.integers(0, 9), share=st.integers(1, 100), again=st.booleans())
    def pay(self, number: int, share: int, again: bool) -> None:
        order = self._some(number)
        if order is None:
            return
        self.payments += not again
        minor = max(order.total_minor * share // 100, 1)
        known = (order.group_id, f"p{self.payments}")

        def pay() -> None:
            receive_payment(known[0], minor, reference=known[1], actor=TESTER, now=NOW)

        if known in self.paid:
            # The same message again changes nothing, whatever became of the order since.
            before = list(Order.objects.order_by("id").values())
            pay()
            assert before == list(Order.objects.order_by("id").values())
        elif self._attempt(order, "pay", pay):
            self.paid.add(known)

    @rule(number=st.integers(0, 9))
    def pay_in_full(self, number: int) -> None:
        self.pay(number, 100, again=False)

    @rule(number=st.integers(0, 9))
    def cancel(self, number: int) -> None:
        if order := self._some(number):
            self._attempt(
                order,
                "cancel",
                lambda: cancel_orders([order.pk], reason="", actor=TESTER, now=NOW),
            )

    @rule(number=st.integers(0, 9), pieces=st.integers(1, 4))
    def ship(self, number: int, pieces: int) -> None:
        order = self._some(number)
        if order is None:
            return
        line = OrderLine.objects.filter(order=order).order_by("position")[0]
        quantity = min(pieces, line.open_quantity)
        asked = {line.pk: quantity} if quantity else None
        self._attempt(order, "ship", lambda: fulfil(Parcel(order.pk, asked), actor=TESTER, now=NOW))

    @rule(number=st.integers(0, 9))
    def receive(self, number: int) -> None:
        if order := self._some(number):
            self._attempt(order, "deliver", lambda: receive_order(order.pk, actor=TESTER, now=NOW))

    @rule(number=st.integers(0, 9))
    def complete(self, number: int) -> None:
        if order := self._some(number):
            self._attempt(
                order, "complete", lambda: complete_orders([order.pk], actor=TESTER, now=NOW)
            )

    @rule()
    def refund_what_is_owed(self) -> None:
        for owed in owed_back(Order.objects.values_list("pk", flat=True)):
            for kind in (PaymentEntryKind.REFUND_REQUESTED, PaymentEntryKind.REFUNDED):
                self.payments += 1
                note_refund(
                    owed.order_id,
                    kind,
                    owed.minor,
                    reference=f"r{self.payments}",
                    actor=TESTER,
                    now=NOW,
                )

    def _free(self) -> dict[UUID, int]:
        rows = StockItem.objects.filter(variant_id__in=self.variants)
        return {row.variant_id: row.on_hand - row.allocated for row in rows}

    @invariant()
    def every_figure_is_explained(self) -> None:
        assert list(verify()) == []

    @invariant()
    def the_ledger_adds_up(self) -> None:
        assert list(verify_ledger()) == []

    @invariant()
    def movements_add_up_to_what_is_there(self) -> None:
        for item in StockItem.objects.all():
            moves = Movement.objects.filter(stock_item=item).values_list("on_hand", "allocated")
            assert sum(move[0] for move in moves) == item.on_hand
            assert sum(move[1] for move in moves) == item.allocated

    @invariant()
    def what_is_promised_is_what_open_orders_wait_for(self) -> None:
        waiting = sum(
            line.open_quantity
            for line in OrderLine.objects.select_related("order")
            if line.order.status == OrderStatus.PLACED
        )
        promised = sum(item.allocated for item in StockItem.objects.all())
        assert promised == waiting


def test_any_sequence_keeps_every_book(in_tenant_a: TenantRef) -> None:
    run_state_machine_as_test(Shop, settings=_SETTINGS)


@pytest.mark.soak
def test_any_long_sequence_keeps_every_book(in_tenant_a: TenantRef) -> None:
    longer = settings(_SETTINGS, max_examples=150, stateful_step_count=40)
    run_state_machine_as_test(Shop, settings=longer)


# --- a batch is what single calls are

LIMITS: tuple[dict[str, Any], ...] = ({}, {"max_per_member": 3}, {})
LINES = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3)), min_size=1, max_size=3)
WISHES = st.lists(
    st.tuples(LINES, st.integers(0, 2), st.integers(0, 3), st.sampled_from([None, -1, 0])),
    min_size=1,
    max_size=6,
)


def footprint(members: list[UUID], variants: list[UUID]) -> dict[str, object]:
    """Return everything that placing leaves, without the ids and moments that differ anyway."""
    orders = {order.pk: order for order in Order.objects.all()}
    name = {pk: f"{o.group_id.hex}:{o.seller_id}:{o.method}" for pk, o in orders.items()}
    groups = list(OrderGroup.objects.order_by("id"))
    rank = {group.pk: place for place, group in enumerate(groups)}
    place_of = {pk: (rank[o.group_id], str(o.seller_id), o.method) for pk, o in orders.items()}
    items = StockItem.objects.filter(variant_id__in=variants)
    assert len(set(name.values())) == len(orders)
    return {
        "groups": [
            (g.total_minor, members.index(g.member_id) if g.member_id else None, g.currency)
            for g in groups
        ],
        "orders": Counter(
            (
                place_of[o.pk],
                o.items_minor,
                o.discount_minor,
                o.freight_minor,
                o.total_minor,
                o.status,
                o.payment_status,
                o.fulfilment_status,
                str(o.address),
            )
            for o in orders.values()
        ),
        "lines": Counter(
            (
                place_of[line.order_id],
                line.position,
                variants.index(line.variant_id),
                line.quantity,
                line.unit_minor,
                line.total_minor,
                str(line.snapshot),
            )
            for line in OrderLine.objects.all()
        ),
        "adjustments": Counter(
            (place_of[a.order_id], a.kind, a.source, a.minor) for a in Adjustment.objects.all()
        ),
        "events": Counter(
            (place_of[e.order_id], e.kind, str(e.figures), str(e.data))
            for e in OrderEvent.objects.all()
        ),
        "outbox": Counter(
            (e.name, e.payload["total_minor"])
            for e in OutboxEvent.objects.filter(name__startswith="orders.")
        ),
        "stock": [(i.on_hand, i.allocated, i.reserved) for i in items.order_by("variant_id")],
        "allocations": Counter(
            (place_of[a.order_id], a.quantity, a.released) for a in Allocation.objects.all()
        ),
        "movements": Counter(
            (
                m.kind,
                m.on_hand,
                m.allocated,
                place_of.get(m.reference_id or UUID(int=0)),
            )
            for m in Movement.objects.all()
        ),
    }


@settings(deadline=None, max_examples=20, suppress_health_check=list(HealthCheck))
@given(wishes=WISHES)
def test_a_batch_leaves_exactly_what_single_calls_leave(
    in_tenant_a: TenantRef, wishes: list[tuple[Any, ...]]
) -> None:
    start = transaction.savepoint()
    sellers = [None, UUID(int=1)]
    variants = [
        make_variant(minor=100 * (n + 1), stock=2 + n, seller_id=sellers[n % 2], **limits).pk
        for n, limits in enumerate(LIMITS)
    ]
    members = [make_member().pk for _member in range(2)]
    placements = []
    for number, (lines, member, key, off) in enumerate(wishes):
        wanted = Counter[UUID]()
        for variant, quantity in lines:
            wanted[variants[variant]] += quantity
        total = sum(100 * (variants.index(v) + 1) * n for v, n in wanted.items())
        placements.append(
            make_placement(
                *wanted.items(),
                member_id=members[member] if member < 2 else None,
                key=f"k{key}" if member < 2 else f"guest{number}",
                expected=None if off is None else total + off,
            )
        )
    outcomes = []
    for work in (
        lambda: place_many(placements, actor=TESTER, now=NOW),
        lambda: [outcome for each in placements for outcome in _alone(each)],
    ):
        here = transaction.savepoint()
        told = work()
        outcomes.append(([(type(o.refusal), o.is_new) for o in told], footprint(members, variants)))
        transaction.savepoint_rollback(here)
    transaction.savepoint_rollback(start)

    assert outcomes[0] == outcomes[1]


def _alone(placement: Any) -> list[Any]:
    return place_many([placement], actor=TESTER, now=NOW)
