"""Withdrawals that Stripe pays: accounts opened there, transfers, payouts, and what comes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings

from kernel.common.time import utc_now
from kernel.ledger.services import Owner, balance, verify
from kernel.payments.models import PaymentBinding
from kernel.payments.services import bind, set_enabled
from kernel.tenancy.context import TenantRef, tenant_context
from kernel.wallet.choices import State
from kernel.wallet.errors import InvalidWallet, NotWithdrawable, PayoutServiceSilent
from kernel.wallet.models import PayoutAccount, Withdrawal, WithdrawalEvent
from kernel.wallet.services import (
    approve,
    details_of,
    open_account,
    query,
    query_due,
    request_withdrawal,
    send,
)
from testkit.factories.orders import make_member
from testkit.factories.wallet import ACTOR, COMMISSION, earn, let_withdraw
from testkit.servers.stripe import StripeDouble, stripe_double
from testkit.tenants import open_test_tenant

KEY = "sk_test_payingmembers"
NOW = utc_now()
BACK = "https://shop.example/account/wallet/"
LATER = timedelta(minutes=15)


@pytest.fixture(scope="module")
def _double() -> Iterator[StripeDouble]:
    with stripe_double() as double:
        yield double


@pytest.fixture(scope="module")
def _tenant() -> list[TenantRef]:
    return []


@pytest.fixture
def stripe(
    committing: None, _tenant: list[TenantRef], _double: StripeDouble, settings: Settings
) -> Iterator[StripeDouble]:
    """A shop that pays by Stripe."""
    _double.state.forget()
    settings.STOA_STRIPE_API_BASE = _double.url
    if not _tenant:
        _tenant.append(open_test_tenant())
    with tenant_context(_tenant[0]):
        with pytest.raises(InvalidWallet):
            let_withdraw(channels=["stripe"], providers={})
        keys = {
            "restricted_key": KEY,
            "publishable_key": "pk_test_payingmembers",
            "webhook_secret": "whsec_payingmembers",
        }
        row = bind(gateway="stripe", is_live=False, title="Card", values=keys, actor=ACTOR, now=NOW)
        set_enabled(row.pk, enabled=True, actor=ACTOR)
        let_withdraw(channels=["stripe"], fee_bp=100, providers={"stripe": "stripe"})
        yield _double
        set_enabled(row.pk, enabled=False, actor=ACTOR)


def approved(stripe: StripeDouble, *, is_ready: bool = True) -> tuple[Withdrawal, str]:
    """Let a member with an account at Stripe ask for money; staff approve."""
    member = make_member()
    earn(member.pk, 10_000)
    account = open_account(member, "stripe", back=BACK, now=NOW).account
    number = details_of(account)["number"]
    if is_ready:
        stripe.ready(KEY, number)
    row = request_withdrawal(
        member.pk,
        asset=COMMISSION,
        minor=5_000,
        account_id=account.pk,
        key="once",
        actor=ACTOR,
        now=NOW,
    )
    return approve(row.pk, actor=ACTOR, now=NOW), number


def left(row: Withdrawal) -> tuple[int, int]:
    owner = Owner("member", row.member_id)
    return balance(owner, COMMISSION), balance(owner, COMMISSION, "frozen")


def now_of(row: Withdrawal) -> Withdrawal:
    return Withdrawal.objects.get(pk=row.pk)


def test_a_member_opens_an_account_at_stripe_and_goes_on_with_the_same_one(
    stripe: StripeDouble,
) -> None:
    member = make_member()

    first = open_account(member, "stripe", back=BACK, now=NOW)
    again = open_account(member, "stripe", back=BACK, now=NOW)

    assert first.account.pk == again.account.pk
    assert details_of(first.account)["number"] in first.url
    assert first.url.startswith(stripe.url)
    assert PayoutAccount.objects.filter(member=member).count() == 1
    assert len(stripe.made(KEY, "account")) == 1
    with pytest.raises(InvalidWallet):
        open_account(member, "bank", back=BACK, now=NOW)
    stripe.state.faults.status = 500
    with pytest.raises(PayoutServiceSilent):
        open_account(make_member(), "stripe", back=BACK, now=NOW)


def test_stripe_pays_a_withdrawal_once_and_says_when_it_has_arrived(stripe: StripeDouble) -> None:
    stripe.top_up(KEY, 50_000, "cny")
    row, number = approved(stripe)

    sent = send(row.pk, actor=ACTOR, now=NOW)
    waiting = query(row.pk, now=NOW + LATER).state
    stripe.settle_payout(f"{KEY}/{number}")
    query_due(now=NOW + timedelta(hours=2))
    done = now_of(row)

    assert (sent.state, waiting, done.state) == (State.PAYING, State.PAYING, State.PAID)
    [moved] = stripe.made(KEY, "transfer")
    [payout] = stripe.made(f"{KEY}/{number}", "payout")
    assert (moved["amount"], moved["transfer_group"], payout["amount"]) == (
        4_950,
        row.number,
        4_950,
    )
    assert done.provider_reference == payout["id"]
    assert left(row) == (5_000, 0)
    assert not verify()


@pytest.mark.parametrize("calls_before_the_loss", [0, 1])
def test_an_answer_that_is_lost_on_the_way_never_pays_twice(
    stripe: StripeDouble, calls_before_the_loss: int
) -> None:
    stripe.top_up(KEY, 50_000, "cny")
    row, number = approved(stripe)
    stripe.state.faults.drop = 1 + calls_before_the_loss

    lost = send(row.pk, actor=ACTOR, now=NOW)
    stripe.state.faults.drop = calls_before_the_loss
    again = query(row.pk, now=NOW + LATER)
    stripe.state.faults.drop = 0
    query(row.pk, now=NOW + 2 * LATER)
    stripe.settle_payout(f"{KEY}/{number}")
    query(row.pk, now=NOW + 3 * LATER)

    assert lost.state == State.UNKNOWN
    assert again.state in (State.UNKNOWN, State.PAYING)
    assert now_of(row).state == State.PAID
    assert len(stripe.made(KEY, "transfer")) == 1
    assert len(stripe.made(f"{KEY}/{number}", "payout")) == 1


def test_a_shop_that_is_short_pays_later_and_an_account_that_takes_nothing_gives_back(
    stripe: StripeDouble,
) -> None:
    row, _number = approved(stripe)
    short = send(row.pk, actor=ACTOR, now=NOW)
    told = WithdrawalEvent.objects.filter(withdrawal=row).order_by("id").last()
    stripe.top_up(KEY, 50_000, "cny")
    later = send(row.pk, actor=ACTOR, now=NOW)
    unfinished, _other = approved(stripe, is_ready=False)
    failed = send(unfinished.pk, actor=ACTOR, now=NOW)

    assert (short.state, later.state, failed.state) == (
        State.APPROVED,
        State.PAYING,
        State.FAILED,
    )
    assert told is not None
    assert (told.kind, "insufficient" in told.note) == ("refused", True)
    assert left(unfinished) == (10_000, 0)


def test_money_that_the_bank_sends_back_after_days_is_the_member_s_again(
    stripe: StripeDouble,
) -> None:
    stripe.top_up(KEY, 50_000, "cny")
    row, number = approved(stripe)
    send(row.pk, actor=ACTOR, now=NOW)
    stripe.settle_payout(f"{KEY}/{number}")
    paid = query(row.pk, now=NOW + LATER).state
    stripe.settle_payout(f"{KEY}/{number}", bounced=True)
    query_due(now=NOW + timedelta(days=2))
    back = now_of(row)

    quiet, other = approved(stripe)
    send(quiet.pk, actor=ACTOR, now=NOW)
    stripe.settle_payout(f"{KEY}/{other}")
    for days in range(12):
        query_due(now=NOW + timedelta(days=days, hours=1))

    assert (paid, back.state) == (State.PAID, State.RETURNED)
    assert back.reason == "The bank account has been closed."
    assert left(row) == (10_000, 0)
    [moved] = [each for each in stripe.made(KEY, "transfer") if each["destination"] == number]
    assert moved["reversed"]
    assert (now_of(quiet).state, now_of(quiet).query_at) == (State.PAID, None)
    assert not verify()


def test_a_shop_without_keys_of_its_own_is_told_so(stripe: StripeDouble) -> None:
    row, _number = approved(stripe)
    for binding in PaymentBinding.objects.filter(is_enabled=True):
        set_enabled(binding.pk, enabled=False, actor=ACTOR)

    with pytest.raises(NotWithdrawable):
        open_account(make_member(), "stripe", back=BACK, now=NOW)
    with pytest.raises(NotWithdrawable):
        send(row.pk, actor=ACTOR, now=NOW)
    assert now_of(row).state == State.APPROVED
