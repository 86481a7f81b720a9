"""Orders and payments together: paid once, refunded once, late money goes home."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from kernel.audit.actor import Actor
from kernel.checkout.errors import NothingDue
from kernel.checkout.paying import PAYABLE, intent_for
from kernel.common.ids import uuid7
from kernel.common.outbox.delivery import deliver_pending
from kernel.common.secrets.local_ring import write_new_key
from kernel.common.secrets.services import default_sealer
from kernel.common.time import utc_now
from kernel.inventory.services import availability
from kernel.ledger.services import Leg, Owner, balance, post, system
from kernel.ledger.services import verify as verify_ledger
from kernel.members.models import Member
from kernel.orders.errors import OrderNotFound
from kernel.orders.housekeeping import cancel_unpaid
from kernel.orders.models import Order, OrderGroup, OrderLine
from kernel.orders.services.edits import apply_change, propose_change
from kernel.orders.services.lifecycle import cancel_orders
from kernel.orders.timeline import verify
from kernel.payments.gateways.contract import Payer, PayResult
from kernel.payments.models import Attempt, PaymentBinding, PaymentIntent, Refund
from kernel.payments.payables import handler_of
from kernel.payments.services import apply_result, bind, drive_refund, set_enabled, start_attempt
from kernel.payments.services.attempts import Start
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import make_member, make_variant, orders_in, place
from testkit.tenants import open_test_tenant

NOW = utc_now()
STAFF = Actor("staff", "stf_1", "李文")


@pytest.fixture(autouse=True)
def _root_key(tmp_path: Path, settings: Settings) -> Iterator[None]:
    settings.STOA_KMS_KEY = ""
    settings.STOA_SECRETS_KEYS_DIR = str(tmp_path)
    write_new_key(tmp_path, now=NOW)
    default_sealer.cache_clear()
    yield
    default_sealer.cache_clear()


@pytest.fixture
def shop(committing: None) -> Iterator[TenantRef]:
    """A shop whose members pay from their balance; payments insist on committing."""
    tenant = open_test_tenant()
    with tenant_context(tenant):
        yield tenant


@pytest.fixture
def binding(shop: TenantRef) -> PaymentBinding:
    row = bind(
        gateway="wallet",
        is_live=False,
        title="Balance",
        values={"asset": "cny"},
        actor=STAFF,
        now=NOW,
    )
    return set_enabled(row.id, enabled=True, actor=STAFF)


def rich_member(minor: int = 100_000) -> Member:
    member = make_member()
    legs = [Leg(system("tests"), "cny", -minor), Leg(Owner("member", member.pk), "cny", minor)]
    post(key=f"earned:{member.pk}", kind="tests.earned", legs=legs)
    return member


def begin(
    intent: PaymentIntent, binding: PaymentBinding, member: Member, key: str = "first"
) -> Attempt:
    payer = Payer(member_id=member.pk)
    start = Start(binding.pk, key, store_url="https://shop.example", payer=payer)
    return start_attempt(intent.pk, start, now=utc_now())


def money_of(member: Member) -> int:
    return balance(Owner("member", member.pk), "cny")


def settle_refunds() -> None:
    """Send what waits, and let the orders hear of it."""
    for refund in Refund.objects.order_by("pk"):
        drive_refund(refund.pk, now=utc_now() + timedelta(seconds=1))
    deliver_pending(clock=utc_now, limit=1000)


def assert_books_are_whole() -> None:
    assert list(verify()) == []
    assert list(verify_ledger()) == []


def paid(member: Member, binding: PaymentBinding, *items: tuple[object, int]) -> OrderGroup:
    group = place(*items, member_id=member.pk)  # type: ignore[arg-type]
    begin(intent_for(group.pk, now=NOW), binding, member)
    return group


def test_an_order_of_three_sellers_is_paid_once(binding: PaymentBinding) -> None:
    member = rich_member()
    goods = [make_variant(minor=minor, seller_id=uuid7()) for minor in (1000, 200, 30)]

    group = paid(member, binding, *((variant.pk, 1) for variant in goods))

    assert [order.payment_status for order in orders_in(group)] == ["paid"] * 3
    assert money_of(member) == 100_000 - 1230
    assert PaymentIntent.objects.get(payable_id=group.pk).settled_minor == 1230
    assert_books_are_whole()


def test_cancelling_a_paid_order_refunds_it_and_frees_its_stock_once(
    binding: PaymentBinding,
) -> None:
    member, tea = rich_member(), make_variant(minor=1000, stock=5)
    [order] = orders_in(paid(member, binding, (tea.pk, 2)))

    cancel_orders([order.pk], reason="changed mind", actor=STAFF, now=utc_now())
    settle_refunds()
    settle_refunds()

    after = Order.objects.get(pk=order.pk)
    assert (after.status, after.payment_status) == ("cancelled", "refunded")
    assert money_of(member) == 100_000
    assert Refund.objects.count() == 1
    assert availability([tea.pk])[tea.pk].sellable == 5
    assert balance(system("orders.sold"), "cny") == 0
    assert_books_are_whole()


def test_one_order_of_a_paid_group_is_refunded_alone(binding: PaymentBinding) -> None:
    member = rich_member()
    goods = [make_variant(minor=minor, seller_id=uuid7()) for minor in (1000, 200)]
    group = paid(member, binding, *((variant.pk, 1) for variant in goods))

    cancel_orders([orders_in(group)[1].pk], reason="", actor=STAFF, now=utc_now())
    settle_refunds()

    assert [order.payment_status for order in orders_in(group)] == ["paid", "refunded"]
    assert money_of(member) == 100_000 - 1000
    assert_books_are_whole()


def test_money_that_comes_after_the_order_was_cancelled_goes_back(
    binding: PaymentBinding,
) -> None:
    member, tea = rich_member(), make_variant(minor=1000, stock=5)
    group = place((tea.pk, 1), member_id=member.pk)
    intent = intent_for(group.pk, now=NOW)

    cancel_unpaid(utc_now() + timedelta(hours=1))
    attempt = Attempt.objects.create(
        intent=intent,
        binding=binding,
        version=1,
        key="late",
        channel="balance",
        currency="CNY",
        amount_minor=1000,
        created_at=NOW,
    )
    apply_result(attempt.pk, PayResult("paid"), now=utc_now())

    [order] = orders_in(group)
    assert (order.status, order.paid_minor) == ("cancelled", 0)
    assert Refund.objects.get().amount_minor == 1000
    assert PaymentIntent.objects.get(pk=intent.pk).state == "cancelled"
    assert availability([tea.pk])[tea.pk].sellable == 5


def test_a_cheaper_order_gives_the_difference_back(binding: PaymentBinding) -> None:
    member = rich_member()
    [order] = orders_in(paid(member, binding, (make_variant(minor=1000).pk, 1)))
    line = OrderLine.objects.get(order=order)

    operations = [{"op": "set_price", "line": str(line.pk), "unit_minor": 700}]
    change = propose_change(order.pk, operations, reason="", actor=STAFF, now=NOW)
    apply_change(change.pk, actor=STAFF, now=utc_now())
    settle_refunds()

    assert money_of(member) == 100_000 - 700
    assert Order.objects.get(pk=order.pk).payment_status == "part_refunded"
    assert_books_are_whole()


def test_a_dearer_order_asks_for_the_rest(binding: PaymentBinding) -> None:
    member = rich_member()
    group = paid(member, binding, (make_variant(minor=1000).pk, 1))
    [order] = orders_in(group)

    operations = [{"op": "set_freight", "minor": 300}]
    change = propose_change(order.pk, operations, reason="", actor=STAFF, now=NOW)
    apply_change(change.pk, actor=STAFF, now=utc_now())
    more = intent_for(group.pk, now=utc_now())
    begin(more, binding, member)

    assert more.amount_minor == 300
    assert Order.objects.get(pk=order.pk).payment_status == "paid"
    assert money_of(member) == 100_000 - 1300
    with pytest.raises(NothingDue):
        intent_for(group.pk, now=utc_now())


def test_a_payment_of_an_amount_that_changed_is_closed(binding: PaymentBinding) -> None:
    member = rich_member()
    group = place((make_variant(minor=1000).pk, 1), member_id=member.pk)
    [order] = orders_in(group)
    first = intent_for(group.pk, now=NOW)
    again = intent_for(group.pk, now=NOW)

    operations = [{"op": "set_freight", "minor": 300}]
    change = propose_change(order.pk, operations, reason="", actor=STAFF, now=NOW)
    apply_change(change.pk, actor=STAFF, now=utc_now())

    assert again == first
    assert PaymentIntent.objects.get(pk=first.pk).state == "cancelled"
    assert intent_for(group.pk, now=NOW).amount_minor == 1300


def test_another_member_cannot_pay_an_order(shop: TenantRef) -> None:
    group = place((make_variant().pk, 1), member_id=make_member().pk)

    with pytest.raises(OrderNotFound):
        handler_of(PAYABLE).may_pay(group.pk, member_id=make_member().pk)
