"""Orders of members who turn out to be one, or who go."""

from __future__ import annotations

import pytest

from kernel.checkout.services import intent_for
from kernel.common.time import utc_now
from kernel.members.models import Member
from kernel.members.services.erasing import anonymise
from kernel.members.services.merging import merge_members
from kernel.orders.choices import OrderStatus
from kernel.orders.models import Order, OrderGroup
from kernel.orders.services.lifecycle import cancel_orders
from kernel.payments.models import PaymentIntent
from testkit.factories.orders import ADDRESS, TESTER, make_member, make_variant, orders_in, place

pytestmark = pytest.mark.usefixtures("in_tenant_a")
NOW = utc_now()


def an_order(member: Member) -> Order:
    return orders_in(place((make_variant().pk, 1), member_id=member.pk))[0]


def cancelled(order: Order) -> None:
    cancel_orders([order.pk], reason="", actor=TESTER, now=NOW)


def test_orders_and_payments_go_to_the_account_that_stays() -> None:
    kept, absorbed = make_member(), make_member()
    order = an_order(absorbed)
    intent = intent_for(order.group_id, now=NOW)

    merge_members(kept.pk, absorbed.pk, actor=TESTER, reason="", now=NOW)

    assert Order.objects.get(pk=order.pk).member_id == kept.pk
    assert OrderGroup.objects.get(pk=order.group_id).member_id == kept.pk
    assert PaymentIntent.objects.get(pk=intent.pk).member_id == kept.pk


def test_who_goes_is_erased_from_what_is_over_and_keeps_what_is_on_its_way() -> None:
    member = make_member()
    over, on_its_way = an_order(member), an_order(member)
    cancelled(over)

    anonymise(member.pk, actor=TESTER, reason="asked", now=NOW)

    left = Order.objects.get(pk=over.pk)
    assert left.address == {name: ADDRESS[name] for name in ("region_code", "region")}
    assert (left.status, left.total_minor) == (OrderStatus.CANCELLED, over.total_minor)
    assert Order.objects.get(pk=on_its_way.pk).address == ADDRESS


def test_the_address_of_who_has_gone_goes_when_his_order_ends() -> None:
    member = make_member()
    order = an_order(member)
    anonymise(member.pk, actor=TESTER, reason="asked", now=NOW)

    cancelled(order)

    assert "line" not in Order.objects.get(pk=order.pk).address
