"""One payable is paid once, whatever the network does to the messages about it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.common.time import utc_now
from kernel.ledger.services import TENANT, Owner, balance, verify
from kernel.payments.books import clearing
from kernel.payments.choices import AttemptState, IntentState, RefundKind, RefundState
from kernel.payments.errors import AmountNotOpen, IntentClosed, IntentKeyReused
from kernel.payments.models import Attempt, Difference, Notice, PaymentBinding, Refund
from kernel.payments.services import cancel_intent, capture_attempt, sweep
from kernel.payments.tests.support import (
    KEY,
    STAFF,
    Goods,
    begun,
    bound,
    fresh,
    hear,
    member_with,
    stripe_values,
    wanted,
)
from testkit.servers.stripe import StripeDouble

LATER = timedelta(hours=2)


def test_a_payment_by_card_is_heard_and_booked(
    stripe_binding: PaymentBinding, double: StripeDouble, goods: Goods
) -> None:
    intent = wanted(1999)

    attempt = begun(intent, stripe_binding)
    double.pay(KEY, attempt.gateway_ref)
    hear(double, stripe_binding)

    assert attempt.action == {
        "kind": "redirect",
        "url": f"{double.url}/c/pay/{attempt.gateway_ref}",
    }
    assert fresh(intent).state == IntentState.PAID
    assert goods.words == ["paid"]
    assert balance(TENANT, "cny") == 1999
    assert balance(clearing(stripe_binding.id), "cny") == -1999
    assert verify() == []


def test_notices_twice_and_backwards_and_a_query_between_give_one_payment(
    stripe_binding: PaymentBinding, double: StripeDouble, goods: Goods
) -> None:
    intent = wanted(1999)
    attempt = begun(intent, stripe_binding)
    double.pay(KEY, attempt.gateway_ref)
    double.state.events.reverse()

    hear(double, stripe_binding)
    sweep(now=utc_now() + LATER)
    hear(double, stripe_binding)

    assert goods.words == ["paid"]
    assert fresh(intent).captured_minor == 1999
    assert Notice.objects.count() == len(double.events())
    assert not Refund.objects.exists()


def test_a_payment_whose_notices_never_come_is_asked_after(
    stripe_binding: PaymentBinding, double: StripeDouble, goods: Goods
) -> None:
    intent = wanted()
    attempt = begun(intent, stripe_binding)
    double.pay(KEY, attempt.gateway_ref)

    swept = sweep(now=utc_now() + LATER)

    assert swept.attempts == 1
    assert fresh(intent).state == IntentState.PAID
    assert goods.words == ["paid"]


def test_money_that_comes_a_second_after_the_cancellation_goes_back(
    stripe_binding: PaymentBinding, double: StripeDouble, goods: Goods
) -> None:
    intent = wanted(1999)
    attempt = begun(intent, stripe_binding)
    cancel_intent(intent.id, actor=STAFF, now=utc_now())
    double.pay(KEY, attempt.gateway_ref)

    hear(double, stripe_binding)
    sweep(now=utc_now() + LATER)

    refund = Refund.objects.get()
    assert (refund.kind, refund.state) == (RefundKind.LATE, RefundState.SUCCEEDED)
    assert fresh(intent).state == IntentState.CANCELLED
    assert fresh(intent).refunded_minor == 1999
    assert goods.words == ["failed", "refunded"]
    assert [made["amount"] for made in double.made(KEY, "refund")] == [1999]
    assert balance(TENANT, "cny") == 0


def test_money_for_what_is_no_longer_for_sale_goes_back(
    stripe_binding: PaymentBinding, double: StripeDouble, goods: Goods
) -> None:
    intent = wanted()
    attempt = begun(intent, stripe_binding)
    double.pay(KEY, attempt.gateway_ref)
    goods.withdrawn = True

    hear(double, stripe_binding)
    sweep(now=utc_now())

    assert fresh(intent).state == IntentState.CANCELLED
    assert Refund.objects.get().state == RefundState.SUCCEEDED
    assert goods.words == ["refunded"]


def test_who_pays_in_two_windows_gets_one_of_them_back(
    stripe_binding: PaymentBinding, double: StripeDouble, goods: Goods
) -> None:
    intent = wanted(1999)
    first = begun(intent, stripe_binding, key="one")
    second = begun(intent, stripe_binding, key="two")
    double.pay(KEY, first.gateway_ref)
    double.pay(KEY, second.gateway_ref)

    hear(double, stripe_binding)
    sweep(now=utc_now())

    assert goods.words == ["paid", "refunded"]
    assert Refund.objects.get().kind == RefundKind.SURPLUS
    paid = fresh(intent)
    assert (paid.settled_minor, paid.captured_minor, paid.refunded_minor) == (1999, 3998, 1999)


def test_an_answer_that_is_lost_is_asked_for_and_not_repeated(
    stripe_binding: PaymentBinding, double: StripeDouble
) -> None:
    intent = wanted()
    double.state.faults.drop = 1

    attempt = begun(intent, stripe_binding)
    sweep(now=utc_now() + timedelta(minutes=2))

    assert attempt.state == AttemptState.UNKNOWN
    (session,) = double.made(KEY, "checkout.session")
    found = Attempt.objects.get()
    assert (found.state, found.gateway_ref) == (AttemptState.PENDING, session["id"])
    assert [call for call in double.state.calls if call[0] == "POST"] == [
        ("POST", "/v1/checkout/sessions")
    ]


def test_a_call_that_never_arrived_ends_after_a_while(
    stripe_binding: PaymentBinding, double: StripeDouble
) -> None:
    intent = wanted()
    double.state.faults.status = 500

    begun(intent, stripe_binding)
    sweep(now=utc_now() + timedelta(minutes=2))
    soon = Attempt.objects.get().state
    sweep(now=utc_now() + timedelta(minutes=20))

    assert (soon, Attempt.objects.get().state) == (AttemptState.UNKNOWN, AttemptState.CLOSED)
    assert fresh(intent).state == IntentState.OPEN


def test_the_same_key_begins_one_attempt(
    stripe_binding: PaymentBinding, double: StripeDouble
) -> None:
    intent = wanted()

    first, again = begun(intent, stripe_binding), begun(intent, stripe_binding)

    assert (first.id, first.gateway_ref) == (again.id, again.gateway_ref)
    assert len(double.made(KEY, "checkout.session")) == 1


def test_a_key_of_one_binding_is_refused_for_another(
    stripe_binding: PaymentBinding, double: StripeDouble
) -> None:
    intent, other = wanted(), bound("stripe", stripe_values())
    begun(intent, stripe_binding)

    with pytest.raises(IntentKeyReused):
        begun(intent, other)

    assert Attempt.objects.count() == 1


def test_an_amount_is_paid_in_parts_by_two_ways(
    stripe_binding: PaymentBinding, double: StripeDouble, goods: Goods
) -> None:
    wallet, member = bound("wallet", {"asset": "cny"}), member_with(500)
    intent = wanted(1999, member=member)

    begun(intent, wallet, key="balance", amount=500)
    rest = begun(intent, stripe_binding, key="card")
    double.pay(KEY, rest.gateway_ref)
    hear(double, stripe_binding)

    assert rest.amount_minor == 1499
    assert fresh(intent).state == IntentState.PAID
    assert goods.words == ["paid"]
    assert balance(TENANT, "cny") == 1999


def test_parts_go_back_when_the_rest_does_not_come(
    stripe_binding: PaymentBinding, goods: Goods
) -> None:
    wallet, member = bound("wallet", {"asset": "cny"}), member_with(500)
    intent = wanted(1999, member=member, expires_at=utc_now() + timedelta(minutes=30))
    begun(intent, wallet, amount=500)

    sweep(now=utc_now() + timedelta(minutes=31))
    sweep(now=utc_now() + timedelta(minutes=32))

    assert fresh(intent).state == IntentState.EXPIRED
    assert goods.words == ["failed"]
    assert balance(TENANT, "cny") == 0
    assert balance(Owner("member", member.id), "cny") == 500


def test_more_than_what_is_open_is_refused(stripe_binding: PaymentBinding) -> None:
    with pytest.raises(AmountNotOpen):
        begun(wanted(1999), stripe_binding, amount=2000)

    assert not Attempt.objects.exists()


def test_an_intent_past_its_time_closes_its_attempts_and_ends(
    stripe_binding: PaymentBinding, double: StripeDouble, goods: Goods
) -> None:
    intent = wanted(expires_at=utc_now() + timedelta(minutes=40))
    begun(intent, stripe_binding)

    sweep(now=utc_now() + timedelta(minutes=41))

    assert fresh(intent).state == IntentState.EXPIRED
    assert goods.words == ["failed"]
    assert double.made(KEY, "checkout.session")[0]["status"] == "expired"
    with pytest.raises(IntentClosed):
        begun(intent, stripe_binding, key="late")


def test_who_paid_in_the_last_second_has_paid(
    stripe_binding: PaymentBinding, double: StripeDouble, goods: Goods
) -> None:
    intent = wanted(expires_at=utc_now() + timedelta(minutes=40))
    attempt = begun(intent, stripe_binding)
    double.pay(KEY, attempt.gateway_ref)

    sweep(now=utc_now() + timedelta(minutes=41))

    assert fresh(intent).state == IntentState.PAID
    assert goods.words == ["paid"]


def test_held_money_is_taken_in_part_and_the_rest_lapses(
    stripe_binding: PaymentBinding, double: StripeDouble, goods: Goods
) -> None:
    from kernel.common.money import Money

    intent = wanted(2000)
    attempt = begun(intent, stripe_binding, capture=False)
    double.pay(KEY, attempt.gateway_ref)
    hear(double, stripe_binding)
    held = fresh(intent).state

    capture_attempt(attempt.id, amount=Money(1500, "CNY"), actor=STAFF, now=utc_now())
    hear(double, stripe_binding)

    assert held == IntentState.AUTHORIZED
    assert goods.words == ["authorized", "paid"]
    assert (fresh(intent).state, fresh(intent).settled_minor) == (IntentState.PAID, 1500)
    assert balance(TENANT, "cny") == 1500


def test_held_money_of_a_cancelled_intent_is_let_go(
    stripe_binding: PaymentBinding, double: StripeDouble
) -> None:
    intent = wanted(2000)
    attempt = begun(intent, stripe_binding, capture=False)
    double.pay(KEY, attempt.gateway_ref)
    hear(double, stripe_binding)

    cancel_intent(intent.id, actor=STAFF, now=utc_now())
    sweep(now=utc_now())

    assert Attempt.objects.get().state == AttemptState.CLOSED
    assert double.made(KEY, "payment_intent")[0]["status"] == "canceled"
    assert not Refund.objects.exists()


def test_an_amount_that_was_not_asked_for_pays_nothing_and_is_shown_to_staff(
    stripe_binding: PaymentBinding, double: StripeDouble, goods: Goods
) -> None:
    intent = wanted(1999)
    attempt = begun(intent, stripe_binding)
    double.made(KEY, "checkout.session")[0]["amount_total"] = 199
    double.pay(KEY, attempt.gateway_ref)

    hear(double, stripe_binding)

    assert fresh(intent).state == IntentState.OPEN
    assert goods.words == []
    difference = Difference.objects.get()
    assert (difference.ours_minor, difference.theirs_minor) == (1999, 199)


def test_a_declined_card_leaves_the_payment_open(
    stripe_binding: PaymentBinding, double: StripeDouble, goods: Goods
) -> None:
    from testkit.servers.stripe.errors import StripeSays

    intent = wanted()
    attempt = begun(intent, stripe_binding, channel="card_fields")
    with pytest.raises(StripeSays):
        double.pay(KEY, attempt.gateway_ref, card="4000000000000002")
    hear(double, stripe_binding)
    declined = Attempt.objects.get()
    double.pay(KEY, attempt.gateway_ref)
    hear(double, stripe_binding)

    assert (declined.state, declined.failure) == (AttemptState.PENDING, "generic_decline")
    assert fresh(intent).state == IntentState.PAID
    assert goods.words == ["paid"]
