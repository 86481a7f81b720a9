"""Whatever is asked for, granted, declined or fails: nothing is given back twice."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.aftersales.choices import CaseKind, CaseState, PayoutState, Reason, Remedy
from kernel.aftersales.machine import HOLDING
from kernel.aftersales.models import Case, CaseLine, CasePayout
from kernel.aftersales.planning import Wish
from kernel.aftersales.services import (
    approve,
    cancel,
    inspect,
    keep_cases,
    offer,
    reject,
    request,
    send_back,
    take_money,
    take_offer,
)
from kernel.aftersales.services import replace as replace_goods
from kernel.catalogue.models import Variant
from kernel.common.errors import DomainError
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.fulfilment.services import Parcel, fulfil, receive_order
from kernel.inventory.services import StockLine, default_location, receive
from kernel.ledger.services import verify as verify_ledger
from kernel.orders.models import Order, OrderLine
from kernel.orders.policy import chosen_policy, set_policy
from kernel.orders.services.money import due_minor
from kernel.orders.timeline import verify
from kernel.payments.models import Attempt, PaymentIntent
from kernel.pricing.services import set_base_price
from testkit.factories.aftersales import (
    BUYER,
    STAFF,
    lines_in,
    make_paid,
    pay_in,
    send_refunds,
)
from testkit.factories.orders import make_variant
from testkit.factories.promotions import make_promotion

NOW = utc_now()
REASONS = (Reason.UNWANTED, Reason.FAULTY, Reason.NOT_RECEIVED)
ACTS = (
    *("ask", "grant", "offer", "reject", "cancel", "refund", "fail", "ship", "clock"),
    *("swap", "pay", "send", "money"),
)
ACT = st.tuples(
    st.sampled_from(ACTS),
    st.integers(0, 2**16),
)


class Play:
    """An order of three lines, paid in two parts, and everything that may happen to it.

    It was so much cheaper because it was large; where that is counted anew, returns tell.
    """

    def __init__(self, *, recounts: bool) -> None:
        set_policy(replace(chosen_policy(), returns_recount=recounts), actor=STAFF)
        make_promotion("reduction", {"tiers": [{"from_minor": 3_000, "off_minor": 500}]})
        prices = ((1000, 3), (333, 2), (1, 1))
        variants = [make_variant(minor=minor) for minor, _number in prices]
        self.others = [self._other(variants[0], minor).pk for minor in (400, 1_700)]
        goods = [(each.pk, number) for each, (_m, number) in zip(variants, prices, strict=True)]
        self.order = make_paid(*goods, parts=2)

    @staticmethod
    def _other(variant: Variant, minor: int) -> Variant:
        made = Variant.objects.create(
            product=variant.product, sku=f"{variant.sku}-{minor}", signature=str(minor)
        )
        set_base_price(made.pk, Money(minor, "CNY"), actor=STAFF)
        receive([StockLine(made.pk, default_location().pk, 9)], actor=STAFF)
        return made

    def do(self, act: str, number: int) -> None:
        with suppress(DomainError), transaction.atomic():
            getattr(self, f"_{act}")(number)

    def _case(self, number: int) -> Case:
        rows = list(Case.objects.filter(state__in=HOLDING).order_by("pk"))
        return rows[number % len(rows)] if rows else Case()

    def _ask(self, number: int) -> None:
        lines = lines_in(self.order)
        line = lines[number % 3]
        wish = Wish(line.pk, 1 + number // 3 % 3, minor=number % 1200 if number % 2 else None)
        kind = list(CaseKind)[number // 7 % 4]
        reason, remedy = REASONS[number // 11 % 3], list(Remedy)[number // 13 % 2]
        request(self.order.pk, kind, reason, [wish], remedy=remedy, actor=BUYER, now=NOW)

    def _swap(self, number: int) -> None:
        self._ship(1)
        wish = Wish(
            lines_in(self.order)[0].pk, 1 + number // 2 % 3, variant_id=self.others[number % 2]
        )
        case = request(
            self.order.pk, CaseKind.EXCHANGE, Reason.WRONG_SIZE, [wish], actor=BUYER, now=NOW
        )
        approve(case.pk, actor=STAFF, now=NOW)
        send_back(case.pk, carrier="SF", tracking="1", actor=BUYER, now=NOW)
        inspect(case.pk, actor=STAFF, now=NOW)

    def _pay(self, _number: int) -> None:
        group = Order.objects.get(pk=self.order.pk).group
        if due_minor(Order.objects.filter(group=group)):
            pay_in(group, now=NOW)
            send_refunds()

    def _send(self, number: int) -> None:
        replace_goods(self._case(number).pk, carrier="SF", tracking="2", actor=STAFF, now=NOW)

    def _money(self, number: int) -> None:
        take_money(self._case(number).pk, actor=BUYER, now=NOW)

    def _grant(self, number: int) -> None:
        case = self._case(number)
        with suppress(DomainError):
            approve(case.pk, freight_minor=number % 50 or None, actor=STAFF, now=NOW)
        with suppress(DomainError):
            send_back(case.pk, carrier="SF", tracking="1", actor=BUYER, now=NOW)
        first = CaseLine.objects.filter(case=case).first()
        accepted = {first.line_id: number % (first.quantity + 1)} if first else {}
        inspect(case.pk, accepted=accepted, text="Used.", actor=STAFF, now=NOW)

    def _offer(self, number: int) -> None:
        case = self._case(number)
        first = CaseLine.objects.filter(case=case).first()
        amounts = {first.line_id: number % 1500} if first else {}
        offer(case.pk, amounts, kind=CaseKind.REFUND_ONLY, actor=STAFF, now=NOW)
        take_offer(case.pk, actor=BUYER, now=NOW)

    def _reject(self, number: int) -> None:
        reject(self._case(number).pk, text="No.", actor=STAFF, now=NOW)

    def _cancel(self, number: int) -> None:
        cancel(self._case(number).pk, actor=BUYER, now=NOW)

    def _refund(self, _number: int) -> None:
        send_refunds()

    def _fail(self, _number: int) -> None:
        send_refunds(failure="card_closed")

    def _ship(self, number: int) -> None:
        if number % 3:
            fulfil(Parcel(self.order.pk), actor=STAFF, now=NOW)
        receive_order(self.order.pk, actor=STAFF, now=NOW)

    def _clock(self, _number: int) -> None:
        due = Case.objects.filter(due_at__isnull=False).order_by("due_at").first()
        if due is not None and due.due_at is not None:
            keep_cases(due.due_at)

    def check(self) -> None:
        """Compare what went back with what was paid, wherever it is written down."""
        order = Order.objects.get(pk=self.order.pk)
        for line in OrderLine.objects.filter(order=order):
            assert 0 <= line.waived_minor <= line.total_minor
            assert line.returned_quantity + line.cancelled_quantity <= line.quantity
        asked = CasePayout.objects.exclude(state=PayoutState.FAILED)
        assert (asked.aggregate(sum=Sum("minor"))["sum"] or 0) <= order.waived_minor
        assert order.refunded_minor <= order.paid_minor
        for intent in PaymentIntent.objects.filter(payable_id=order.group_id):
            assert intent.refunded_minor <= intent.captured_minor
        for attempt in Attempt.objects.filter(intent__payable_id=order.group_id):
            assert attempt.refunded_minor <= attempt.reserved_minor <= attempt.captured_minor
        waiting = Case.objects.filter(order=order, state=CaseState.PAYING)
        wanted = waiting.aggregate(sum=Sum("surcharge_minor"))["sum"] or 0
        assert due_minor([order]) <= wanted
        assert (list(verify()), list(verify_ledger())) == ([], [])


def play(acts: list[tuple[str, int]], *, recounts: bool) -> None:
    with transaction.atomic():
        game = Play(recounts=recounts)
        for act, number in acts:
            game.do(act, number)
            game.check()
        send_refunds()
        game.check()
        transaction.set_rollback(True)


SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.mark.usefixtures("in_tenant_a")
@settings(max_examples=8, deadline=None, suppress_health_check=SLOW)
@given(st.lists(ACT, min_size=4, max_size=8), st.booleans())
def test_any_sequence_of_partial_refunds_ends_with_refunded_at_most_paid(
    acts: list[tuple[str, int]], recounts: bool
) -> None:
    play(acts, recounts=recounts)


@pytest.mark.soak
@pytest.mark.usefixtures("in_tenant_a")
@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
@given(st.lists(ACT, min_size=4, max_size=25), st.booleans())
def test_any_long_sequence_of_partial_refunds_ends_with_refunded_at_most_paid(
    acts: list[tuple[str, int]], recounts: bool
) -> None:
    play(acts, recounts=recounts)
