"""Changes by staff: shown first, made as shown, explained afterwards."""

from __future__ import annotations

import pytest

from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.common.time import utc_now
from kernel.inventory.errors import OutOfStock
from kernel.inventory.services import availability
from kernel.orders.errors import ChangeOutdated, ChangeRefused, TransitionRefused
from kernel.orders.models import Adjustment, Order, OrderLine
from kernel.orders.services.edits import (
    apply_change,
    discard_change,
    preview_change,
    propose_change,
)
from kernel.orders.services.lifecycle import cancel_orders
from kernel.orders.services.money import owed_back
from kernel.orders.timeline import verify
from testkit.factories.orders import TESTER, make_variant, orders_in, pay, place

NOW = utc_now()
STAFF = Actor("staff", "stf_1", "李文")

pytestmark = pytest.mark.usefixtures("in_tenant_a")


def change(order: Order, *operations: dict[str, object]) -> Order:
    proposed = propose_change(order.pk, operations, reason="asked", actor=STAFF, now=NOW)
    return apply_change(proposed.pk, actor=STAFF, now=NOW)


def test_a_preview_shows_the_figures_and_changes_nothing() -> None:
    [order] = orders_in(place((make_variant(minor=1000).pk, 2)))
    [line] = OrderLine.objects.filter(order=order)

    seen = preview_change(
        order, [{"op": "set_price", "line": str(line.pk), "unit_minor": 800}], now=NOW
    )

    assert (seen.before["total"], seen.after["total"]) == (2000, 1600)
    assert OrderLine.objects.get(pk=line.pk).unit_minor == 1000


def test_a_change_moves_price_quantity_freight_address_and_note_at_once() -> None:
    tea, cup = make_variant(minor=1000, stock=10), make_variant(minor=300, stock=4)
    [order] = orders_in(place((tea.pk, 2)))
    [line] = OrderLine.objects.filter(order=order)

    changed = change(
        order,
        {"op": "set_price", "line": str(line.pk), "unit_minor": 900},
        {"op": "set_quantity", "line": str(line.pk), "quantity": 3},
        {"op": "add_line", "variant": str(cup.pk), "quantity": 2},
        {"op": "set_freight", "minor": 500},
        {"op": "set_address", "address": {"line": "南京东路 2 号"}},
        {"op": "set_note", "note": "please ring"},
    )

    assert changed.total_minor == 3 * 900 + 2 * 300 + 500
    assert (changed.address["line"], changed.note) == ("南京东路 2 号", "please ring")
    assert availability([tea.pk])[tea.pk].allocated == 3
    assert availability([cup.pk])[cup.pk].allocated == 2
    assert list(verify()) == []
    edits = Adjustment.objects.filter(order=order)
    assert sum(row.minor for row in edits) == changed.total_minor - 2000
    assert AuditEntry.objects.filter(action="orders.changed").count() == 1


def test_a_removed_line_gives_its_stock_back() -> None:
    tea, cup = make_variant(stock=5), make_variant(stock=5)
    [order] = orders_in(place((tea.pk, 2), (cup.pk, 1)))
    line = OrderLine.objects.get(order=order, variant_id=tea.pk)

    change(order, {"op": "remove_line", "line": str(line.pk)})

    assert availability([tea.pk])[tea.pk].sellable == 5
    assert Order.objects.get(pk=order.pk).total_minor == 1000


def test_a_paid_order_that_became_cheaper_owes_the_difference() -> None:
    group = place((make_variant(minor=1000).pk, 1))
    pay(group)
    [order] = orders_in(group)
    [line] = OrderLine.objects.filter(order=order)

    change(order, {"op": "set_price", "line": str(line.pk), "unit_minor": 700})

    assert [owed.minor for owed in owed_back([order.pk])] == [300]


def test_a_paid_order_that_became_dearer_is_part_paid() -> None:
    group = place((make_variant(minor=1000).pk, 1))
    pay(group)
    [order] = orders_in(group)

    changed = change(order, {"op": "set_freight", "minor": 100})

    assert changed.payment_status == "part_paid"


def test_a_change_of_an_order_that_moved_on_is_not_made() -> None:
    [order] = orders_in(place((make_variant().pk, 1)))
    first, second = (
        propose_change(
            order.pk,
            [{"op": "set_freight", "minor": minor}],
            reason="",
            actor=STAFF,
            now=NOW,
        )
        for minor in (100, 200)
    )

    apply_change(second.pk, actor=STAFF, now=NOW)

    for late in (first, second):
        with pytest.raises(ChangeOutdated):
            apply_change(late.pk, actor=STAFF, now=NOW)
    assert Order.objects.get(pk=order.pk).freight_minor == 200


def test_a_dropped_change_is_not_made() -> None:
    [order] = orders_in(place((make_variant().pk, 1)))
    proposed = propose_change(
        order.pk, [{"op": "set_freight", "minor": 100}], reason="", actor=STAFF, now=NOW
    )

    discard_change(proposed.pk, now=NOW)

    with pytest.raises(ChangeOutdated):
        apply_change(proposed.pk, actor=STAFF, now=NOW)


def test_adding_what_is_not_there_changes_nothing() -> None:
    cup = make_variant(stock=1)
    [order] = orders_in(place((make_variant().pk, 1)))

    with pytest.raises(OutOfStock):
        change(order, {"op": "add_line", "variant": str(cup.pk), "quantity": 2})

    assert Order.objects.get(pk=order.pk).total_minor == order.total_minor


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "set_price", "line": "x", "unit_minor": 1},
        {"op": "set_freight", "minor": -1},
        {"op": "set_freight", "minor": 10**18},
        {"op": "set_freight", "minor": "1"},
        {"op": "set_freight", "minor": True},
        {"op": "add_line", "variant": "00000000-0000-0000-0000-000000000000", "quantity": 1},
        {"op": "set_address", "address": {"evil": "x"}},
        {"op": "set_address", "address": "x"},
        {"op": "set_note", "note": "x" * 501},
        {"op": "unknown"},
        {},
    ],
)
def test_an_impossible_operation_is_named(operation: dict[str, object]) -> None:
    [order] = orders_in(place((make_variant().pk, 1)))

    with pytest.raises(ChangeRefused) as caught:
        propose_change(order.pk, [operation], reason="", actor=STAFF, now=NOW)

    assert caught.value.fields["operation"] == 0


def test_the_last_line_stays_and_cancelling_is_something_else() -> None:
    [order] = orders_in(place((make_variant().pk, 1)))
    [line] = OrderLine.objects.filter(order=order)

    with pytest.raises(ChangeRefused):
        change(order, {"op": "remove_line", "line": str(line.pk)})


def test_a_cancelled_order_cannot_be_changed() -> None:
    [order] = orders_in(place((make_variant().pk, 1)))
    cancel_orders([order.pk], reason="", actor=TESTER, now=NOW)

    with pytest.raises(TransitionRefused):
        change(order, {"op": "set_freight", "minor": 1})
