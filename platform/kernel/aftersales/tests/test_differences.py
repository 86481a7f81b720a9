"""Exchanges for something dearer or cheaper, discounts counted anew, and who decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from kernel.aftersales.choices import CaseKind, CaseState, Reason, Verdict
from kernel.aftersales.errors import CaseMoved, MoveRefused, NotEscalated, NotOpen, TooMuch
from kernel.aftersales.models import Case
from kernel.aftersales.planning import Wish, openings_of
from kernel.aftersales.services import (
    approve,
    arbitrate,
    as_seen,
    dispute,
    escalate,
    inspect,
    keep_cases,
    reject,
    send_back,
    take_money,
)
from kernel.aftersales.services import replace as send_instead
from kernel.audit.actor import Actor
from kernel.catalogue.models import Variant
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.inventory.services import StockLine, availability, default_location, receive
from kernel.ledger.services import verify as verify_ledger
from kernel.orders.models import Order, OrderLine
from kernel.orders.policy import chosen_policy, set_policy
from kernel.orders.services.money import due_minor, owed_back
from kernel.orders.timeline import verify
from kernel.pricing.services import set_base_price
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.aftersales import (
    BUYER,
    STAFF,
    lines_in,
    make_arrived,
    make_case,
    pay_in,
    send_refunds,
)
from testkit.factories.inventory import together
from testkit.factories.orders import TESTER, make_variant
from testkit.factories.promotions import make_promotion
from testkit.factories.shipping import make_way
from testkit.tenants import open_test_tenant

NOW = utc_now()
DAY = timedelta(days=1)
K, S = CaseKind, CaseState
PLATFORM = Actor("operator", "stf_9", "周宁")
in_tenant = pytest.mark.usefixtures("in_tenant_a")


def now_of(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def other(variant: Variant, minor: int, *, stock: int = 5) -> Variant:
    """Offer another variant of the same product at a price of its own."""
    made = Variant.objects.create(
        product=variant.product, sku=f"O{minor}-{variant.sku}", signature=f"o{minor}"
    )
    set_base_price(made.pk, Money(minor, "CNY"), actor=TESTER)
    receive([StockLine(made.pk, default_location().pk, stock)], actor=TESTER)
    return made


def exchanged(order: Order, wanted: Variant, pieces: int = 1) -> Case:
    """Let an exchange go on to where the goods are looked at."""
    [line, *_rest] = lines_in(order)
    wish = Wish(line.pk, pieces, variant_id=wanted.pk)
    case = make_case(order, K.EXCHANGE, wish, reason=Reason.WRONG_SIZE, now=NOW)
    approve(case.pk, actor=STAFF, now=NOW)
    send_back(case.pk, carrier="SF", tracking="SF9", actor=BUYER, now=NOW)
    inspect(case.pk, restock=[line.pk], actor=STAFF, now=NOW)
    return now_of(case)


def books_are_whole() -> bool:
    return list(verify()) == [] and list(verify_ledger()) == []


@in_tenant
def test_an_exchange_for_something_dearer_is_sent_once_the_difference_is_paid() -> None:
    red = make_variant(minor=1000)
    order = make_arrived((red.pk, 2), now=NOW)
    case = exchanged(order, other(red, 1500))

    assert (case.state, case.surcharge_minor, case.amount_minor) == (S.PAYING, 500, 0)
    assert due_minor([fresh(order)]) == 500
    with pytest.raises(MoveRefused):
        send_instead(case.pk, carrier="SF", tracking="2", actor=STAFF, now=NOW)
    pay_in(fresh(order).group, now=NOW)
    send_refunds()
    assert now_of(case).state == S.REPLACING
    send_instead(case.pk, carrier="SF", tracking="2", actor=STAFF, now=NOW)

    assert now_of(case).state == S.EXCHANGED
    assert (fresh(order).total_minor, fresh(order).payment_status) == (2500, "paid")
    assert (due_minor([fresh(order)]), books_are_whole()) == (0, True)
    back = make_case(order, K.RETURN_REFUND, Wish(lines_in(order)[0].pk, 1), now=NOW)
    assert back.amount_minor == 1500
    rest = make_case(order, K.RETURN_REFUND, Wish(lines_in(order)[0].pk, 1), now=NOW)
    assert rest.amount_minor == 1000


@in_tenant
@pytest.mark.parametrize("is_asked", [False, True])
def test_a_difference_that_nobody_pays_gives_the_money_for_the_old_goods_back(
    *, is_asked: bool
) -> None:
    red = make_variant(minor=1000)
    dear = other(red, 1500)
    order = make_arrived((red.pk, 1), now=NOW)
    case = exchanged(order, dear)

    if is_asked:
        take_money(case.pk, actor=BUYER, now=NOW)
    else:
        keep_cases(NOW + 7 * DAY)
    send_refunds()

    row = now_of(case)
    assert (row.kind, row.state, row.refunded_minor) == (K.RETURN_REFUND, S.REFUNDED, 1000)
    assert availability([dear.pk])[dear.pk].sellable == 5
    assert (fresh(order).total_minor, lines_in(order)[0].returned_quantity) == (1000, 1)
    assert (due_minor([fresh(order)]), owed_back([order.pk]), books_are_whole()) == (0, [], True)


@in_tenant
def test_what_waits_for_an_exchange_costs_nobody_elses_money() -> None:
    red = make_variant(minor=1000)
    order = make_arrived((red.pk, 3), now=NOW)
    case = exchanged(order, other(red, 1700))
    [line] = lines_in(order)

    rest = make_case(order, K.RETURN_REFUND, Wish(line.pk, 2), now=NOW)
    assert (now_of(case).surcharge_minor, rest.amount_minor) == (700, 2000)
    send_back_all(rest, line)
    take_money(case.pk, actor=BUYER, now=NOW)
    send_refunds()

    assert now_of(case).refunded_minor == 1000
    assert (fresh(order).refunded_minor, fresh(order).total_minor) == (3000, 3000)
    assert (due_minor([fresh(order)]), books_are_whole()) == (0, True)


def send_back_all(case: Case, line: OrderLine) -> None:
    approve(case.pk, actor=STAFF, now=NOW)
    send_back(case.pk, carrier="SF", tracking="1", actor=BUYER, now=NOW)
    inspect(case.pk, restock=[line.pk], actor=STAFF, now=NOW)


@in_tenant
def test_an_exchange_for_something_cheaper_gives_the_difference_back() -> None:
    red = make_variant(minor=1000)
    order = make_arrived((red.pk, 2), now=NOW)
    case = exchanged(order, other(red, 600))

    assert (case.state, case.amount_minor) == (S.REPLACING, 400)
    send_instead(case.pk, carrier="SF", tracking="2", actor=STAFF, now=NOW)
    assert now_of(case).state == S.REFUNDING
    send_refunds()

    assert (now_of(case).state, now_of(case).refunded_minor) == (S.EXCHANGED, 400)
    assert (fresh(order).waived_minor, books_are_whole()) == (400, True)
    [line] = lines_in(order)
    cheap = make_case(order, K.RETURN_REFUND, Wish(line.pk, 1), now=NOW)
    assert cheap.amount_minor == 600
    whole = make_case(order, K.RETURN_REFUND, Wish(line.pk, 1), now=NOW)
    assert whole.amount_minor == 1000


@in_tenant
def test_returns_below_a_threshold_give_less_back_and_the_rest_once_all_is_returned() -> None:
    set_policy(replace(chosen_policy(), returns_recount=True), actor=STAFF)
    steps = {"tiers": [{"from_minor": 20_000, "off_minor": 3_000}]}
    make_promotion(kind="reduction", terms=steps)
    tin = make_variant(minor=800)
    gift = {"variant": tin.public_id, "quantity": 1}
    spend = [{"kind": "spend", "value": 15_000}]
    make_promotion(kind="gift", terms=gift, conditions=spend)
    order = make_arrived((make_variant(minor=10_000).pk, 1), (make_variant(minor=10_000).pk, 1))
    tea, cup, box = lines_in(order)

    first = make_case(order, K.RETURN_REFUND, Wish(cup.pk, 1), reason=Reason.UNWANTED)
    assert (first.recount_minor, first.amount_minor) == (1_500, 7_000)
    assert settled(first, cup, box) == 7_000
    second = make_case(order, K.RETURN_REFUND, Wish(tea.pk, 1), reason=Reason.UNWANTED)
    assert second.amount_minor == 10_000
    assert settled(second, tea) == 10_000

    assert (fresh(order).refunded_minor, fresh(order).payment_status) == (17_000, "refunded")
    assert books_are_whole()


def settled(case: Case, *lines: OrderLine) -> int:
    approve(case.pk, actor=STAFF, now=NOW)
    send_back(case.pk, carrier="SF", tracking="1", actor=BUYER, now=NOW)
    inspect(case.pk, restock=[e.pk for e in lines], actor=STAFF, now=NOW)
    send_refunds()
    return now_of(case).refunded_minor


@in_tenant
def test_minds_may_be_changed_for_seven_days_and_for_fourteen_in_the_european_union() -> None:
    order = make_arrived((make_variant().pk, 1), now=NOW)
    kinds = [set(each.kinds) for each in openings_of(order, now=NOW + 10 * DAY)]
    abroad = make_arrived((make_variant().pk, 1), now=NOW)
    abroad.address = {**abroad.address, "country": "DE"}

    def ask(at: timedelta) -> Case:
        return make_case(abroad, reason=Reason.UNWANTED, now=NOW + at)

    Order.objects.filter(pk=abroad.pk).update(address=abroad.address)
    with pytest.raises(NotOpen):
        make_case(order, reason=Reason.UNWANTED, now=NOW + 10 * DAY)
    with pytest.raises(NotOpen):
        ask(14 * DAY)
    assert ask(13 * DAY).state == S.REQUESTED
    # Faults can be told for longer.
    assert kinds == [{K.RETURN_REFUND, K.EXCHANGE, K.CLAIM, K.REFUND_ONLY}]


@in_tenant
def test_the_freight_goes_back_once() -> None:
    make_way(minor=800)
    order = make_arrived((make_variant(minor=1000).pk, 2))
    wish = Wish(lines_in(order)[0].pk, 1, minor=100)
    first, second = (make_case(order, K.CLAIM, wish) for _twice in range(2))

    approve(first.pk, freight_minor=800, actor=STAFF, now=NOW)
    with pytest.raises(TooMuch):
        approve(second.pk, freight_minor=1, actor=STAFF, now=NOW)
    approve(second.pk, actor=STAFF, now=NOW)
    send_refunds()

    assert (now_of(first).refunded_minor, now_of(second).refunded_minor) == (900, 100)
    assert fresh(order).waived_freight_minor == 800


@in_tenant
def test_a_dispute_that_was_taken_to_the_platform_is_decided_there_alone() -> None:
    case = make_case(make_arrived((make_variant(minor=1000).pk, 1)))
    reject(case.pk, text="No.", actor=STAFF, now=NOW)
    dispute(case.pk, actor=BUYER, now=NOW, text="But yes.")
    with pytest.raises(NotEscalated):
        arbitrate(case.pk, Verdict.BUYER, text="Mine.", actor=PLATFORM, now=NOW)

    escalate(case.pk, actor=BUYER, now=NOW, text="Please look.")
    with pytest.raises(MoveRefused):
        escalate(case.pk, actor=BUYER, now=NOW)
    with pytest.raises(NotEscalated):
        arbitrate(case.pk, Verdict.SHOP, text="Ours.", actor=STAFF, now=NOW)
    arbitrate(case.pk, Verdict.BUYER, text="The pictures show it.", actor=PLATFORM, now=NOW)

    assert (now_of(case).state, now_of(case).verdict) == (S.APPROVED, "buyer")


@pytest.fixture
def shop(committing: None) -> TenantRef:
    return open_test_tenant()


def test_two_people_who_look_at_one_case_decide_it_once(shop: TenantRef) -> None:
    with tenant_context(shop):
        case = make_case(make_arrived((make_variant(minor=1000).pk, 1)), K.CLAIM)
        answers: list[str] = []

        def decide(act: Callable[[UUID], object]) -> None:
            try:
                with as_seen(case.pk, case.version):
                    act(case.pk)
            except CaseMoved:
                answers.append("moved")
            else:
                answers.append("done")

        grant = partial(approve, actor=STAFF, now=NOW)
        refuse = partial(reject, text="No.", actor=STAFF, now=NOW)
        together([partial(decide, grant), partial(decide, refuse), partial(decide, grant)])

        assert sorted(answers) == ["done", "moved", "moved"]
        assert now_of(case).state in {S.REFUNDING, S.REJECTED}
