"""Money of orders: written once, explained by the timeline, kept in the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.db.models import Model

from kernel.audit.actor import Actor
from kernel.common.outbox.models import OutboxEvent
from kernel.common.time import utc_now
from kernel.inventory.services import availability
from kernel.ledger.services import balance, system
from kernel.ledger.services import verify as verify_ledger
from kernel.orders.choices import PaymentEntryKind
from kernel.orders.errors import TransitionRefused
from kernel.orders.housekeeping import cancel_unpaid, complete_received, receive_shipped
from kernel.orders.models import Order, OrderEvent, OrderGroup, OrderLine, PaymentEntry
from kernel.orders.policy import chosen_policy, set_policy
from kernel.orders.services.lifecycle import cancel_orders, receive_orders
from kernel.orders.services.money import note_refund, owed_back, receive_payment
from kernel.orders.statuses import refresh
from kernel.orders.timeline import verify
from testkit.factories.orders import TESTER, make_variant, orders_in, pay, place

NOW = utc_now()

pytestmark = pytest.mark.usefixtures("in_tenant_a")


def of_sellers(*prices: int) -> OrderGroup:
    from kernel.common.ids import uuid7

    return place(*((make_variant(minor=minor, seller_id=uuid7()).pk, 1) for minor in prices))


def ship_everything(order: Order, *, now: object = NOW) -> None:
    for line in OrderLine.objects.filter(order=order):
        line.fulfilled_quantity = line.quantity
        line.save()
    refresh([order.pk], now=now)  # type: ignore[arg-type]


def test_one_payment_pays_the_orders_of_a_group() -> None:
    group = of_sellers(100, 250)

    rest = receive_payment(group.pk, 350, reference="p1", actor=TESTER, now=NOW)

    orders = orders_in(group)
    assert rest == 0
    assert [(o.payment_status, o.paid_minor) for o in orders] == [("paid", 100), ("paid", 250)]
    assert list(verify()) == []
    assert OutboxEvent.objects.filter(name="orders.order_paid").count() == 2
    assert OrderGroup.objects.get(pk=group.pk).expires_at is None


def test_a_payment_told_twice_is_written_once() -> None:
    group = of_sellers(100)

    for _notice in range(2):
        receive_payment(group.pk, 100, reference="p1", actor=TESTER, now=NOW)

    [order] = orders_in(group)
    assert order.paid_minor == 100
    assert OrderEvent.objects.filter(order=order, kind="paid").count() == 1


def test_what_no_order_needs_is_handed_back() -> None:
    group = of_sellers(100, 200)
    cancel_orders([orders_in(group)[1].pk], reason="", actor=TESTER, now=NOW)

    rest = receive_payment(group.pk, 300, reference="p1", actor=TESTER, now=NOW)

    assert rest == 200
    assert [order.paid_minor for order in orders_in(group)] == [100, 0]


def test_a_part_is_part_paid_until_the_rest_comes() -> None:
    group = of_sellers(100)

    receive_payment(group.pk, 40, reference="p1", actor=TESTER, now=NOW)
    part = orders_in(group)[0].payment_status
    receive_payment(group.pk, 60, reference="p2", actor=TESTER, now=NOW)

    assert (part, orders_in(group)[0].payment_status) == ("part_paid", "paid")
    assert OutboxEvent.objects.filter(name="orders.order_paid").count() == 1


def test_a_cancelled_group_takes_no_money() -> None:
    group = of_sellers(100)
    cancel_orders([orders_in(group)[0].pk], reason="", actor=TESTER, now=NOW)

    with pytest.raises(TransitionRefused):
        receive_payment(group.pk, 100, reference="p1", actor=TESTER, now=NOW)

    assert orders_in(group)[0].paid_minor == 0


def test_every_cent_of_a_sale_and_of_its_refund_is_in_the_ledger() -> None:
    group = of_sellers(100, 250)
    pay(group)
    first, second = orders_in(group)

    note_refund(second.pk, PaymentEntryKind.REFUNDED, 50, reference="r1", actor=TESTER, now=NOW)

    assert balance(system("orders.goods"), "cny") == 350
    assert balance(system("orders.refunds"), "cny") == -50
    assert balance(system("orders.sold"), "cny") == -300
    assert list(verify_ledger()) == []
    assert [o.payment_status for o in orders_in(group)] == ["paid", "part_refunded"]
    assert list(verify()) == []
    assert first.currency == "CNY"


def test_a_refund_that_comes_back_counts_as_not_made() -> None:
    group = of_sellers(100)
    pay(group)
    [order] = orders_in(group)

    for kind in (PaymentEntryKind.REFUNDED, PaymentEntryKind.REFUND_RETURNED):
        note_refund(order.pk, kind, 30, reference="r1", actor=TESTER, now=NOW)

    assert orders_in(group)[0].payment_status == "paid"
    assert balance(system("orders.refunds"), "cny") == 0
    assert list(verify()) == []


def test_cancelling_a_paid_order_frees_its_stock_and_owes_its_money_once() -> None:
    tea = make_variant(minor=500, stock=3)
    group = place((tea.pk, 2))
    pay(group)
    [order] = orders_in(group)
    staff = Actor("staff", "stf_1", "李文")

    cancel_orders([order.pk], reason="changed mind", actor=staff, now=NOW)
    with pytest.raises(TransitionRefused):
        cancel_orders([order.pk], reason="again", actor=staff, now=NOW)

    assert availability([tea.pk])[tea.pk].sellable == 3
    assert [(owed.order_id, owed.minor) for owed in owed_back([order.pk])] == [(order.pk, 1000)]
    note_refund(
        order.pk, PaymentEntryKind.REFUND_REQUESTED, 1000, reference="r", actor=TESTER, now=NOW
    )
    assert owed_back([order.pk]) == []


def test_an_order_that_began_to_leave_is_not_cancelled() -> None:
    group = place((make_variant().pk, 1))
    pay(group)
    [order] = orders_in(group)
    ship_everything(order)

    with pytest.raises(TransitionRefused) as caught:
        cancel_orders([order.pk], reason="", actor=TESTER, now=NOW)

    assert caught.value.fields["guard"] == "nothing_shipped"
    assert orders_in(group)[0].status == "placed"


def test_unpaid_orders_end_at_their_time_and_paid_ones_stay() -> None:
    unpaid, paid = place((make_variant().pk, 1)), place((make_variant().pk, 1))
    pay(paid)

    assert cancel_unpaid(NOW) == 0
    assert cancel_unpaid(NOW + timedelta(hours=1)) == 1
    assert cancel_unpaid(NOW + timedelta(hours=1)) == 0

    assert [orders_in(g)[0].status for g in (unpaid, paid)] == ["cancelled", "placed"]


def test_shipped_orders_are_received_and_completed_by_the_clock() -> None:
    group = place((make_variant().pk, 2))
    pay(group)
    ship_everything(orders_in(group)[0])

    assert receive_shipped(NOW + timedelta(days=9)) == 0
    assert receive_shipped(NOW + timedelta(days=11)) == 1
    delivered = orders_in(group)[0]
    assert complete_received(NOW + timedelta(days=17)) == 0
    assert complete_received(NOW + timedelta(days=19)) == 1

    assert (delivered.fulfilment_status, orders_in(group)[0].status) == ("delivered", "completed")


def test_what_is_under_way_keeps_its_terms_when_the_shop_chooses_others() -> None:
    before, after = place((make_variant().pk, 1)), place((make_variant().pk, 1))
    pay(before)
    pay(after)
    ship_everything(orders_in(before)[0])
    set_policy(replace(chosen_policy(), receive_days=2, complete_days=1), actor=TESTER)
    ship_everything(orders_in(after)[0])

    assert receive_shipped(NOW + timedelta(days=3)) == 1
    assert [orders_in(g)[0].fulfilment_status for g in (before, after)] == [
        "fulfilled",
        "delivered",
    ]
    set_policy(replace(chosen_policy(), receive_days=0, complete_days=30), actor=TESTER)
    assert complete_received(NOW + timedelta(days=5)) == 1
    assert receive_shipped(NOW + timedelta(days=11)) == 1


def test_what_was_not_shipped_cannot_be_received() -> None:
    [order] = orders_in(place((make_variant().pk, 1)))

    with pytest.raises(TransitionRefused):
        receive_orders([order.pk], actor=TESTER, now=NOW)


@pytest.mark.parametrize("model", [OrderEvent, PaymentEntry])
def test_what_happened_cannot_be_changed_or_forgotten(model: type[Model]) -> None:
    pay(of_sellers(100))

    for work in (
        lambda: model._default_manager.all().delete(),
        lambda: model._default_manager.update(at=NOW),
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            work()

    assert model._default_manager.exists()
