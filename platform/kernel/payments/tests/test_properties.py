"""Whatever happens in whatever order, the figures hold."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.common.errors import DomainError
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.ledger.services import TENANT, balance, verify
from kernel.payments.books import clearing
from kernel.payments.models import Attempt, PaymentIntent, Refund
from kernel.payments.services import cancel_intent, refund, sweep
from kernel.payments.services.sweeping import next_due
from kernel.payments.services.timing import SWEEP, ask_for_sweep
from kernel.payments.tests.support import (
    KEY,
    STAFF,
    Goods,
    begun,
    bound,
    fresh,
    hear,
    stripe_values,
    wanted,
)
from testkit.alarms import alarms, answered, minute_of
from testkit.servers.stripe import StripeDouble
from testkit.servers.stripe.errors import StripeSays

ACTS = ("begin", "pay", "hear", "sweep", "cancel", "refund", "drop", "break", "bank")


class Play:
    """One intent, and everything that may happen to it."""

    def __init__(self, double: StripeDouble) -> None:
        self.double, self.binding = double, bound("stripe", stripe_values())
        self.before = balance(TENANT, "cny")
        self.intent: PaymentIntent = wanted(1000)
        self.hours = 0

    def do(self, act: str, number: int) -> None:
        with suppress(DomainError, StripeSays):
            getattr(self, f"_{act}")(number)

    def _begin(self, number: int) -> None:
        begun(self.intent, self.binding, key=str(number % 3))

    def _pay(self, number: int) -> None:
        sessions = self.double.made(KEY, "checkout.session")
        if sessions:
            self.double.pay(KEY, sessions[number % len(sessions)]["id"])

    def _hear(self, number: int) -> None:
        if number % 2:
            self.double.state.events.reverse()
        hear(self.double, self.binding)

    def _sweep(self, number: int) -> None:
        self.hours += 2
        now = utc_now() + timedelta(hours=self.hours)
        answered(SWEEP, by=now)
        try:
            sweep(now=now)
        finally:
            ask_for_sweep(next_due())

    def _cancel(self, number: int) -> None:
        cancel_intent(self.intent.id, actor=STAFF, now=utc_now())

    def _refund(self, number: int) -> None:
        amount, key = Money(1 + number * 137 % 1200, "CNY"), f"{self.intent.id}:{number}"
        refund(self.intent.id, amount, key=key, reason="", actor=STAFF, now=utc_now())

    def _drop(self, number: int) -> None:
        self.double.state.faults.drop = 1

    def _break(self, number: int) -> None:
        self.double.state.faults.status = 500

    def _bank(self, number: int) -> None:
        made = [r for r in self.double.made(KEY, "refund") if r["status"] == "succeeded"]
        if made:
            self.double.fail_refund(KEY, made[number % len(made)]["id"])

    def check(self) -> None:
        intent, attempts = fresh(self.intent), list(Attempt.objects.filter(intent=self.intent))
        refunds = list(Refund.objects.filter(intent=self.intent, state="succeeded"))
        assert intent.captured_minor == sum(a.captured_minor for a in attempts)
        assert intent.refunded_minor == sum(r.amount_minor for r in refunds)
        assert intent.refunded_minor <= intent.captured_minor
        assert all(a.refunded_minor <= a.reserved_minor <= a.captured_minor for a in attempts)
        kept = intent.captured_minor - intent.refunded_minor
        assert balance(TENANT, "cny") == self.before + kept
        assert balance(clearing(self.binding.id), "cny") == -kept
        due = next_due()
        assert due is None or alarms(SWEEP)[0] <= minute_of(due)


PATIENT = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def played(double: StripeDouble, acts: list[tuple[str, int]]) -> Play:
    """Do all of it with an intent and a binding of its own, and let everything come to rest."""
    double.state.forget()
    play = Play(double)
    for act, number in acts:
        play.do(act, number)
        play.check()
    for _more in range(3):
        play.do("sweep", 0)
        play.do("hear", 0)
    play.check()
    assert verify() == []
    # What this example left open is of no concern to the next.
    Attempt.objects.update(next_check_at=None)
    Refund.objects.update(next_check_at=None)
    return play


@pytest.mark.usefixtures("in_tenant_a")
@settings(PATIENT, max_examples=15)
@given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 9)), min_size=3, max_size=10))
def test_no_sequence_gives_back_more_than_came_in_or_unbalances_the_books(
    double: StripeDouble, goods: Goods, acts: list[tuple[str, int]]
) -> None:
    goods.heard.clear()

    play = played(double, acts)

    assert goods.words.count("paid") <= 1
    taken = sum(charge["amount"] for charge in double.made(KEY, "charge"))
    assert fresh(play.intent).captured_minor == taken


@pytest.mark.soak
@pytest.mark.usefixtures("in_tenant_a")
@settings(PATIENT, max_examples=300)
@given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 9)), min_size=3, max_size=30))
def test_no_long_sequence_does_either(double: StripeDouble, acts: list[tuple[str, int]]) -> None:
    played(double, acts)
