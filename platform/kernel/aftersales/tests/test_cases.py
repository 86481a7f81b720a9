"""After-sales: what buyers ask for, what the shop makes of it, and where the money goes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from kernel.aftersales.choices import CaseKind, CaseState, Reason, Verdict
from kernel.aftersales.errors import MoveRefused, NotOpen, TooMuch
from kernel.aftersales.models import Case, CaseLine, CasePayout
from kernel.aftersales.planning import Wish, openings_of
from kernel.aftersales.services import (
    approve,
    arbitrate,
    by_hand,
    cancel,
    dispute,
    inspect,
    keep_cases,
    note_arrival,
    offer,
    reject,
    replace,
    send_back,
    set_address,
    take_offer,
)
from kernel.aftersales.services.payouts import TRIES
from kernel.audit.models import AuditEntry
from kernel.catalogue.models import Variant
from kernel.common.time import utc_now
from kernel.fulfilment.services import Parcel, fulfil
from kernel.inventory.errors import OutOfStock
from kernel.inventory.services import StockLine, availability, default_location, receive
from kernel.ledger.services import Owner, balance
from kernel.ledger.services import verify as verify_ledger
from kernel.orders.hooks import HookContext, register_hook
from kernel.orders.housekeeping import complete_received
from kernel.orders.models import Order, OrderEvent, OrderLine
from kernel.orders.services.money import due_minor, owed_back
from kernel.orders.timeline import verify
from kernel.payments.models import Attempt, Refund
from testkit.factories.aftersales import (
    BUYER,
    STAFF,
    lines_in,
    make_account,
    make_arrived,
    make_case,
    make_paid,
    send_refunds,
)
from testkit.factories.orders import TESTER, make_member, make_variant

pytestmark = pytest.mark.usefixtures("in_tenant_a")

NOW = utc_now()
DAY = timedelta(days=1)
K, S = CaseKind, CaseState


def now_of(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def sellable(variant: Variant) -> int:
    return availability([variant.pk])[variant.pk].sellable


def books_are_whole() -> bool:
    return list(verify()) == [] and list(verify_ledger()) == []


def to_the_shop(case: Case) -> None:
    approve(case.pk, actor=STAFF, now=NOW)
    send_back(case.pk, carrier="SF", tracking="SF9", actor=BUYER, now=NOW)


def test_one_of_three_lines_is_sent_back_and_its_money_returns_by_the_way_it_came() -> None:
    tea, cup, pot = make_variant(minor=1000), make_variant(minor=333), make_variant(minor=5000)
    order = make_arrived((tea.pk, 2), (cup.pk, 3), (pot.pk, 1))
    cups = lines_in(order)[1]
    before = sellable(cup)

    case = make_case(order, K.RETURN_REFUND, Wish(cups.pk, 2), reason=Reason.UNWANTED)
    set_address({"name": "仓库", "phone": "021-1", "line": "淮海路 9 号"}, actor=STAFF)
    to_the_shop(case)
    note_arrival(case.pk, actor=STAFF, now=NOW)
    inspect(case.pk, restock=[cups.pk], actor=STAFF, now=NOW)
    assert (now_of(case).state, now_of(case).amount_minor) == (S.REFUNDING, 666)
    send_refunds()

    row, order = now_of(case), fresh(order)
    assert (row.state, row.refunded_minor, row.number) == (S.REFUNDED, 666, f"{order.number}-A1")
    assert row.return_address["line"] == "淮海路 9 号"
    assert (order.payment_status, order.refunded_minor, order.waived_minor) == (
        "part_refunded",
        666,
        666,
    )
    assert (lines_in(order)[1].returned_quantity, lines_in(order)[1].waived_minor) == (2, 666)
    assert sellable(cup) == before + 2
    assert (due_minor([order]), owed_back([order.pk]), order.held_at) == (0, [], None)
    assert books_are_whole()
    told = [e.data.get("step") for e in OrderEvent.objects.filter(order=order, kind="after_sale")]
    assert told[0] == "requested"
    assert "refunded" in told
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"aftersales.approved", "aftersales.received", "aftersales.inspected"} <= actions


def test_everything_unshipped_given_back_cancels_the_order_with_its_freight() -> None:
    tea = make_variant(minor=1000, stock=5)
    order = make_paid((tea.pk, 2))
    case = make_case(order, K.REFUND_ONLY, reason=Reason.UNWANTED)
    approve(case.pk, actor=STAFF, now=NOW)
    send_refunds()

    order = fresh(order)
    assert (order.status, order.payment_status) == ("cancelled", "refunded")
    assert (now_of(case).state, sellable(tea)) == (S.REFUNDED, 5)
    assert Refund.objects.count() == 1
    assert books_are_whole()


def test_goods_that_leave_in_the_meantime_close_the_case() -> None:
    order = make_paid((make_variant().pk, 1))
    case = make_case(order, K.REFUND_ONLY, reason=Reason.LATE)

    fulfil(Parcel(order.pk), actor=STAFF, now=NOW)

    assert now_of(case).state == S.CANCELLED
    with pytest.raises(MoveRefused):
        approve(case.pk, actor=STAFF, now=NOW)


def test_an_exchange_reserves_the_new_item_before_releasing_the_old() -> None:
    red = make_variant(minor=1000, stock=3)
    blue = Variant.objects.create(product=red.product, sku="BLUE", signature="blue")
    order = make_arrived((red.pk, 1))
    [line] = lines_in(order)
    wish = Wish(line.pk, 1, variant_id=blue.pk)
    case = make_case(order, K.EXCHANGE, wish, reason=Reason.WRONG_SIZE)

    with pytest.raises(OutOfStock):
        approve(case.pk, actor=STAFF, now=NOW)
    assert now_of(case).state == S.REQUESTED
    receive([StockLine(blue.pk, default_location().pk, 1)], actor=TESTER)
    to_the_shop(case)
    assert (sellable(blue), sellable(red)) == (0, 2)
    inspect(case.pk, restock=[line.pk], actor=STAFF, now=NOW)
    assert (now_of(case).state, sellable(red)) == (S.REPLACING, 3)
    replace(case.pk, carrier="SF", tracking="SF2", actor=STAFF, now=NOW)

    assert now_of(case).state == S.EXCHANGED
    assert availability([blue.pk])[blue.pk].on_hand == 0
    assert (fresh(order).waived_minor, fresh(order).held_at) == (0, None)
    assert fresh(order).fulfilment_status == "delivered"


def test_timeouts_of_silent_merchants_and_buyers_advance_the_case_by_themselves() -> None:
    order = make_arrived((make_variant().pk, 1), now=NOW)
    case = make_case(order, now=NOW)

    assert keep_cases(NOW + 2 * DAY) == 0
    assert keep_cases(NOW + 3 * DAY) == 1
    assert now_of(case).state == S.APPROVED
    send_back(case.pk, carrier="SF", tracking="1", actor=BUYER, now=NOW + 4 * DAY)
    assert keep_cases(NOW + 14 * DAY) == 1
    assert now_of(case).state == S.REFUNDING
    send_refunds()
    assert now_of(case).state == S.REFUNDED
    assert fresh(order).status == "completed"

    idle = make_case(make_arrived((make_variant().pk, 1), now=NOW), now=NOW)
    approve(idle.pk, actor=STAFF, now=NOW)
    assert keep_cases(NOW + 7 * DAY) == 1
    assert now_of(idle).state == S.CANCELLED


def test_nothing_happens_to_an_order_by_the_clock_while_a_case_is_open() -> None:
    order = make_arrived((make_variant().pk, 1), now=NOW)
    case = make_case(order, now=NOW)

    assert complete_received(NOW + 8 * DAY) == 0
    cancel(case.pk, actor=BUYER, now=NOW + 3 * DAY)

    assert complete_received(NOW + 9 * DAY) == 0
    assert complete_received(NOW + 11 * DAY) == 1


def test_a_refund_that_fails_is_tried_again_then_goes_to_the_balance() -> None:
    buyer = make_member()
    make_account("wallet", asset="cny")
    order = make_arrived((make_variant(minor=1000).pk, 1), member=buyer)
    case = make_case(order, K.CLAIM, Wish(lines_in(order)[0].pk, 1, minor=400))
    approve(case.pk, actor=STAFF, now=NOW)

    for _time in range(TRIES):
        send_refunds(failure="card_closed")
        due = now_of(case).due_at
        assert due is not None
        keep_cases(due)

    row = now_of(case)
    means = CasePayout.objects.filter(case=case).order_by("id").values_list("means", "state")
    assert (row.state, row.refunded_minor) == (S.REFUNDED, 400)
    assert list(means) == [*[("original", "failed")] * TRIES, ("wallet", "done")]
    assert balance(Owner("member", buyer.pk), "cny") == 400
    assert (fresh(order).refunded_minor, owed_back([order.pk])) == (400, [])
    assert books_are_whole()


def test_what_no_way_is_found_for_waits_for_staff_and_is_never_lost() -> None:
    order = make_arrived((make_variant(minor=1000).pk, 1))
    case = make_case(order, K.CLAIM)
    approve(case.pk, actor=STAFF, now=NOW)
    for _time in range(TRIES):
        send_refunds(failure="card_closed")
        keep_cases(now_of(case).due_at or NOW)

    assert (now_of(case).state, now_of(case).needs_staff) == (S.REFUNDING, True)
    by_hand(case.pk, reason="cash", actor=STAFF, now=NOW)

    assert now_of(case).state == S.REFUNDED
    assert fresh(order).payment_status == "refunded"
    assert books_are_whole()


def test_partial_acceptance_gives_money_for_what_was_accepted_alone() -> None:
    order = make_arrived((make_variant(minor=1000).pk, 3))
    [line] = lines_in(order)
    case = make_case(order)
    to_the_shop(case)

    inspect(case.pk, accepted={line.pk: 1}, text="Two are used.", actor=STAFF, now=NOW)
    send_refunds()

    assert now_of(case).refunded_minor == 1000
    assert lines_in(order)[0].returned_quantity == 1
    with pytest.raises(NotOpen):
        make_case(order, K.RETURN_REFUND, Wish(line.pk, 3))


def test_gifts_go_back_with_the_goods_or_are_charged() -> None:
    tea, tin = make_variant(minor=5000), make_variant(minor=0)
    order = make_arrived((tea.pk, 1), (tin.pk, 1))
    goods, gift = lines_in(order)
    OrderLine.objects.filter(pk=gift.pk).update(
        unit_minor=800,
        discount_minor=800,
        snapshot={**gift.snapshot, "options": {"gift": True}},
    )
    case = make_case(order, K.RETURN_REFUND, Wish(goods.pk, 1), reason=Reason.UNWANTED)
    rows = CaseLine.objects.filter(case=case).order_by("line__position")
    assert [row.role for row in rows] == ["goods", "gift"]
    to_the_shop(case)

    inspect(case.pk, accepted={goods.pk: 1, gift.pk: 0}, actor=STAFF, now=NOW)
    send_refunds()

    assert (now_of(case).gift_charge_minor, now_of(case).refunded_minor) == (800, 4200)
    assert fresh(order).refunded_minor == 4200


def test_a_proposal_of_the_shop_is_taken_or_taken_to_arbitration() -> None:
    order = make_arrived((make_variant(minor=1000).pk, 2))
    [line] = lines_in(order)
    case = make_case(order)

    with pytest.raises(TooMuch):
        offer(case.pk, {line.pk: 2001}, kind=K.REFUND_ONLY, actor=STAFF, now=NOW)
    offer(case.pk, {line.pk: 300}, kind=K.REFUND_ONLY, text="Keep it?", actor=STAFF, now=NOW)
    take_offer(case.pk, actor=BUYER, now=NOW)
    send_refunds()
    assert (now_of(case).state, now_of(case).refunded_minor) == (S.REFUNDED, 300)
    assert lines_in(order)[0].returned_quantity == 0

    second = make_case(order)
    assert second.amount_minor == 1700
    reject(second.pk, text="Used.", actor=STAFF, now=NOW)
    with pytest.raises(MoveRefused):
        dispute(second.pk, actor=BUYER, now=NOW + 8 * DAY)
    dispute(second.pk, actor=BUYER, now=NOW, text="It was not.")
    arbitrate(second.pk, Verdict.BUYER, amounts={line.pk: 500}, text="Half.", actor=STAFF, now=NOW)
    assert now_of(second).state == S.APPROVED
    cancel(second.pk, actor=BUYER, now=NOW)
    third = make_case(order)
    reject(third.pk, text="No.", actor=STAFF, now=NOW)
    dispute(third.pk, actor=BUYER, now=NOW)
    arbitrate(third.pk, Verdict.SHOP, text="The shop is right.", actor=STAFF, now=NOW)
    assert (now_of(third).state, fresh(order).held_at) == (S.ARBITRATED, None)


def test_goods_that_nobody_accepted_count_as_returned_once_the_arbitrator_says_so() -> None:
    order = make_arrived((make_variant(minor=1000).pk, 2))
    [line] = lines_in(order)
    case = make_case(order)
    to_the_shop(case)
    inspect(case.pk, accepted={line.pk: 0}, text="Used.", actor=STAFF, now=NOW)
    assert now_of(case).state == S.REJECTED

    dispute(case.pk, actor=BUYER, now=NOW, text="It came like this.")
    arbitrate(case.pk, Verdict.BUYER, text="The pictures show it.", actor=STAFF, now=NOW)
    send_refunds()

    assert (now_of(case).state, now_of(case).refunded_minor) == (S.REFUNDED, 2000)
    assert lines_in(order)[0].returned_quantity == 2
    assert fresh(order).status == "completed"


def test_windows_close_and_what_is_spoken_for_is_not_open_twice() -> None:
    plain = make_variant(minor=1000)
    order = make_arrived((plain.pk, 2), now=NOW)
    [line] = lines_in(order)
    late = NOW + 8 * DAY

    with pytest.raises(NotOpen):
        make_case(order, reason=Reason.UNWANTED, now=late)
    make_case(order, K.RETURN_REFUND, Wish(line.pk, 1), reason=Reason.FAULTY, now=late)
    with pytest.raises(NotOpen):
        make_case(order, K.RETURN_REFUND, Wish(line.pk, 2), reason=Reason.FAULTY, now=late)
    with pytest.raises(NotOpen):
        make_case(order, K.RETURN_REFUND, Wish(line.pk, 1), now=NOW + 16 * DAY)
    assert openings_of(order, now=NOW + 16 * DAY) == []
    [opening] = openings_of(order, now=late)
    assert (opening.kinds[K.CLAIM], opening.room.minor) == (1, 1000)


def test_whoever_gave_something_for_an_order_hears_by_a_hook_what_was_taken_off() -> None:
    heard: list[tuple[int, int]] = []

    def claw_back(order_ids: Sequence[UUID], _context: HookContext) -> None:
        rows = Order.objects.filter(pk__in=order_ids)
        heard.extend(rows.values_list("waived_minor", "total_minor"))

    register_hook("waived", "tests.claw_back", claw_back)
    order = make_arrived((make_variant(minor=1000).pk, 4), parts=2)
    [line] = lines_in(order)

    for minor in (100, 1900):
        case = make_case(order, K.CLAIM, Wish(line.pk, 4, minor=minor))
        approve(case.pk, actor=STAFF, now=NOW)
    register_hook("waived", "tests.claw_back", lambda _ids, _context: None)

    assert heard == [(100, 4000), (2000, 4000)]
    assert sorted(Attempt.objects.values_list("reserved_minor", flat=True)) == [0, 2000]
