"""What goes back, and what people do by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.ledger.choices import AssetKind
from kernel.ledger.services import TENANT, Owner, balance, ensure_asset, verify
from kernel.payments.choices import AttemptState, IntentState, RefundState, Verdict
from kernel.payments.errors import AmountNotOpen, IntentKeyReused, ReviewRefused
from kernel.payments.models import Attempt, PaymentBinding, PaymentIntent, Refund
from kernel.payments.services import (
    add_proof,
    cancel_intent,
    drive_refund,
    refund,
    review,
    sweep,
)
from kernel.payments.tests.support import (
    COLLEAGUE,
    KEY,
    STAFF,
    Goods,
    begun,
    bound,
    fresh,
    hear,
    member_with,
    wanted,
)
from kernel.tenancy.context import TenantRef
from testkit.servers.stripe import StripeDouble

LATER = timedelta(minutes=5)


@pytest.fixture
def paid(stripe_binding: PaymentBinding, double: StripeDouble) -> PaymentIntent:
    """An intent that was paid by card."""
    intent = wanted(1999)
    double.pay(KEY, begun(intent, stripe_binding).gateway_ref)
    hear(double, stripe_binding)
    return fresh(intent)


def back(intent: PaymentIntent, minor: int, key: str = "r") -> list[Refund]:
    amount = Money(minor, intent.currency)
    return refund(intent.id, amount, key=key, reason="damaged", actor=STAFF, now=utc_now())


def test_the_same_key_gives_back_once(paid: PaymentIntent, double: StripeDouble) -> None:
    first, again = back(paid, 500), back(paid, 500)
    for each in (*first, *again):
        drive_refund(each.id, now=utc_now())

    assert first == again
    assert [made["amount"] for made in double.made(KEY, "refund")] == [500]
    with pytest.raises(IntentKeyReused):
        back(paid, 501)


def test_what_is_under_way_cannot_be_given_back_again(paid: PaymentIntent) -> None:
    back(paid, 1500, "one")

    with pytest.raises(AmountNotOpen) as refusal:
        back(paid, 500, "two")

    assert refusal.value.fields["open"] == "4.99"
    assert Refund.objects.count() == 1


def test_a_refund_whose_answer_is_lost_is_asked_for_and_not_repeated(
    paid: PaymentIntent, double: StripeDouble, goods: Goods
) -> None:
    (made,) = back(paid, 500)
    double.state.faults.drop = 1

    silent = drive_refund(made.id, now=utc_now()).state
    sweep(now=utc_now() + LATER)

    assert silent == RefundState.CREATED
    assert Refund.objects.get().state == RefundState.SUCCEEDED
    assert len(double.made(KEY, "refund")) == 1
    assert goods.words == ["paid", "refunded"]


def test_a_refund_that_never_arrived_is_sent_again_under_its_number(
    paid: PaymentIntent, double: StripeDouble
) -> None:
    (made,) = back(paid, 500)
    double.state.faults.status = 500

    drive_refund(made.id, now=utc_now())
    sweep(now=utc_now() + LATER)

    assert Refund.objects.get().state == RefundState.SUCCEEDED
    assert [r["metadata"]["refund"] for r in double.made(KEY, "refund")] == [made.number]


def test_a_refund_that_the_bank_sends_back_is_taken_back(
    paid: PaymentIntent, stripe_binding: PaymentBinding, double: StripeDouble, goods: Goods
) -> None:
    (made,) = back(paid, 500)
    drive_refund(made.id, now=utc_now())
    double.fail_refund(KEY, double.made(KEY, "refund")[0]["id"])

    hear(double, stripe_binding, kind="refund")
    hear(double, stripe_binding, kind="refund")

    assert Refund.objects.get().state == RefundState.FAILED
    assert (fresh(paid).refunded_minor, balance(TENANT, "cny")) == (0, 1999)
    assert [receipt.amount.minor for word, receipt in goods.heard if word == "refunded"] == [
        500,
        -500,
    ]
    assert verify() == []


def test_a_payment_in_parts_goes_back_from_the_last_part_first(
    stripe_binding: PaymentBinding, double: StripeDouble
) -> None:
    member = member_with(500)
    wallet, intent = bound("wallet", {"asset": "cny"}), wanted(1999, member=member)
    begun(intent, wallet, key="balance", amount=500)
    double.pay(KEY, begun(intent, stripe_binding, key="card").gateway_ref)
    hear(double, stripe_binding)

    made = back(intent, 1800)
    for each in made:
        drive_refund(each.id, now=utc_now())

    assert [each.amount_minor for each in made] == [1499, 301]
    assert balance(Owner("member", member.id), "cny") == 301
    assert fresh(intent).refunded_minor == 1800
    assert back(intent, 1800) == made


@pytest.mark.usefixtures("in_tenant_a")
def test_points_pay_by_their_rate_and_come_back_to_the_last_unit() -> None:
    ensure_asset(
        "points",
        AssetKind.POINTS,
        {"zh-hans": "积分", "en": "Points"},
        0,
        currency="CNY",
        rate=(3, 10),
        is_spendable=True,
    )
    member = member_with(400, asset="points")
    intent = wanted(999, member=member)
    begun(intent, bound("wallet", {"asset": "points"}))
    spent = balance(Owner("member", member.id), "points")

    for number, minor in enumerate((333, 333, 333)):
        for each in back(intent, minor, f"r{number}"):
            drive_refund(each.id, now=utc_now())

    assert spent == 400 - 300
    assert balance(Owner("member", member.id), "points") == 400
    assert balance(TENANT, "cny") == 0
    assert verify() == []


@pytest.mark.usefixtures("in_tenant_a")
def test_who_has_too_little_pays_nothing(goods: Goods) -> None:
    member = member_with(998)
    intent = wanted(999, member=member)

    attempt = begun(intent, bound("wallet", {"asset": "cny"}))

    assert (attempt.state, attempt.failure) == (AttemptState.FAILED, "insufficient_balance")
    assert balance(Owner("member", member.id), "cny") == 998
    assert fresh(intent).state == IntentState.OPEN
    assert goods.words == []


def transfer(**more: object) -> PaymentBinding:
    values = {"way": "transfer", "instructions": "转账", "account": "6222", **more}
    return bound("offline", values)


def said(attempt: Attempt, verdict: Verdict, actor: object, minor: int = 1999) -> Attempt:
    return review(
        attempt.id,
        verdict=verdict,
        received=Money(minor, "CNY"),
        reference="ICBC 1",
        note="",
        actor=actor,  # type: ignore[arg-type]
        now=utc_now(),
    )


def test_a_large_transfer_needs_two_people(in_tenant_a: TenantRef, goods: Goods) -> None:
    intent = wanted(1999)
    attempt = begun(intent, transfer(two_reviewers_from=1000))

    said(attempt, Verdict.CONFIRM, STAFF)
    with pytest.raises(ReviewRefused):
        said(attempt, Verdict.CONFIRM, STAFF)
    alone = fresh(intent).state
    said(attempt, Verdict.CONFIRM, COLLEAGUE)

    assert (alone, fresh(intent).state) == (IntentState.OPEN, IntentState.PAID)
    assert goods.words == ["paid"]


def test_one_person_is_enough_to_reject(in_tenant_a: TenantRef, goods: Goods) -> None:
    intent = wanted(1999)
    attempt = begun(intent, transfer(two_reviewers_from=1000))

    rejected = said(attempt, Verdict.REJECT, STAFF)

    assert (rejected.state, fresh(intent).state) == (AttemptState.FAILED, IntentState.OPEN)
    with pytest.raises(ReviewRefused):
        said(attempt, Verdict.CONFIRM, COLLEAGUE)


def test_a_transfer_has_its_days_and_a_proof_stops_the_clock(in_tenant_a: TenantRef) -> None:
    binding, soon = transfer(days=3), utc_now() + timedelta(minutes=30)
    shown, silent = (wanted(1999, expires_at=soon) for _intent in range(2))
    add_proof(begun(shown, binding).id, b"%PDF-1.7 a slip")
    begun(silent, binding)

    sweep(now=utc_now() + timedelta(days=2))
    early = fresh(silent).state
    sweep(now=utc_now() + timedelta(days=4))

    assert early == IntentState.OPEN
    assert fresh(silent).state == IntentState.EXPIRED
    assert fresh(shown).state == IntentState.OPEN


def test_a_transfer_for_what_was_cancelled_is_paid_back_by_hand(
    in_tenant_a: TenantRef, goods: Goods
) -> None:
    intent = wanted(1999)
    attempt = begun(intent, transfer())
    cancel_intent(intent.id, actor=STAFF, now=utc_now())
    sweep(now=utc_now())

    said(attempt, Verdict.CONFIRM, STAFF)
    sweep(now=utc_now())

    assert Attempt.objects.get().state == AttemptState.PAID
    assert Refund.objects.get().state == RefundState.REVIEW
    assert goods.words == ["failed"]


def test_what_is_paid_at_the_door_waits_as_long_as_it_takes(
    in_tenant_a: TenantRef, goods: Goods
) -> None:
    intent = wanted(1999, expires_at=utc_now() + timedelta(minutes=30))

    begun(intent, bound("offline", {"way": "delivery", "instructions": "货到付款"}))
    sweep(now=utc_now() + timedelta(days=40))

    assert fresh(intent).state == IntentState.OPEN
    assert goods.words == ["promised"]
