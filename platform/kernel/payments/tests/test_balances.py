"""A balance pays a part and a card the rest, and only its owner spends it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel.common.ids import uuid7
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.ledger.services import TENANT, Leg, Owner, balance, post, system, verify
from kernel.members.limits import Caller
from kernel.members.models import Identity, Member
from kernel.members.tests.people import MAILBOX, last_code
from kernel.payments.choices import AttemptState, IntentState
from kernel.payments.errors import (
    BindingNotUsable,
    NowhereToSend,
    PasswordLocked,
    PasswordNeeded,
    PasswordUnfit,
    PasswordUnset,
    PasswordWrong,
)
from kernel.payments.gateways.contract import Payer
from kernel.payments.models import Attempt, PaymentBinding, PaymentIntent
from kernel.payments.services import cancel_intent, refund, start_attempt, sweep
from kernel.payments.services.attempts import Start
from kernel.payments.services.passwords import (
    LOCKED_FOR,
    MOST_FAILURES,
    change_password,
    choose_by_code,
    contacts_of,
    send_password_code,
    set_policy,
)
from kernel.payments.tests.support import (
    KEY,
    STAFF,
    STORE,
    Goods,
    bound,
    fresh,
    hear,
    member_with,
    wanted,
)
from kernel.tenancy.context import TenantRef
from testkit.servers.stripe import StripeDouble
from testkit.web import store

PHONE = "+8613800138000"
DIGITS = "492817"


@pytest.fixture(autouse=True)
def _mailbox(settings: Any) -> None:
    settings.STOA_SMS_PROVIDER = MAILBOX


@pytest.fixture
def wallet(in_tenant_a: TenantRef) -> PaymentBinding:
    return bound("wallet", {"asset": "cny"})


def paid_with(
    intent: PaymentIntent, *bindings: PaymentBinding, password: str = "", key: str = "first"
) -> Attempt:
    """Begin to pay: the last binding what the ones before it do not have."""
    *balances, last = bindings
    start = Start(
        binding_id=last.id,
        key=key,
        store_url=STORE,
        payer=Payer(member_id=intent.member_id),
        balances=tuple(each.id for each in balances),
        password=password,
    )
    return start_attempt(intent.id, start, now=utc_now())


def has(member: Member) -> tuple[int, int]:
    """Return what a member can spend, and what is held of it."""
    owner = Owner("member", member.pk)
    return balance(owner, "cny"), balance(owner, "cny", "frozen")


def protected(member: Member) -> None:
    """Have a member choose a payment password by a code."""
    Identity.objects.create(member=member, provider="phone", subject=PHONE, verified_at=utc_now())
    caller = Caller("192.0.2.7", member.public_id)
    send_password_code(member.pk, contact_id=None, caller=caller, now=utc_now())
    choose_by_code(member.pk, contact_id=None, code=last_code(PHONE), new=DIGITS, now=utc_now())


def test_a_balance_is_held_until_a_card_has_paid_the_rest(
    stripe_binding: PaymentBinding, wallet: PaymentBinding, double: StripeDouble, goods: Goods
) -> None:
    member = member_with(500)
    intent = wanted(1999, member=member)

    rest = paid_with(intent, wallet, stripe_binding)
    again = paid_with(intent, wallet, stripe_binding)
    with pytest.raises(BindingNotUsable):
        paid_with(intent, wallet, PaymentBinding(id=uuid7()), key="elsewhere")
    meanwhile = (has(member), fresh(intent).settled_minor)
    double.pay(KEY, rest.gateway_ref)
    hear(double, stripe_binding)

    assert (rest.amount_minor, again.pk) == (1499, rest.pk)
    assert meanwhile == ((0, 500), 0)
    assert (fresh(intent).state, fresh(intent).settled_minor) == (IntentState.PAID, 1999)
    assert has(member) == (0, 0)
    assert goods.words == ["paid"]
    refund(intent.id, Money(1999, "CNY"), key="all", reason="", actor=STAFF, now=utc_now())
    sweep(now=utc_now())
    assert has(member) == (500, 0)
    assert balance(TENANT, "cny") == 0
    assert verify() == []


@pytest.mark.parametrize("end", ["card", "intent", "idle"])
def test_a_held_balance_goes_back_when_the_rest_does_not_come(
    stripe_binding: PaymentBinding,
    wallet: PaymentBinding,
    double: StripeDouble,
    goods: Goods,
    *,
    end: str,
) -> None:
    member = member_with(500)
    intent, hour = wanted(1999, member=member), timedelta(hours=1)
    if end == "card":
        double.state.faults.status = 500
    if end != "idle":
        paid_with(intent, wallet, stripe_binding)
    else:
        start = Start(wallet.id, "part", STORE, Payer(member.pk), amount=Money(500, "CNY"))
        start_attempt(intent.id, start, now=utc_now())
    held = has(member)
    if end == "intent":
        cancel_intent(intent.id, actor=STAFF, now=utc_now())

    sweep(now=utc_now() + hour)

    assert (held, has(member)) == ((0, 500), (500, 0))
    assert set(Attempt.objects.values_list("state", flat=True)) == {AttemptState.CLOSED}
    assert "paid" not in goods.words
    assert verify() == []


def test_a_balance_that_is_enough_pays_alone_and_one_of_a_card_that_paid_all_is_let_go(
    stripe_binding: PaymentBinding, wallet: PaymentBinding, double: StripeDouble, goods: Goods
) -> None:
    member = member_with(2500)
    alone = paid_with(wanted(1999, member=member), wallet, stripe_binding)
    second = wanted(1000, member=member)
    whole = paid_with(second, stripe_binding, key="whole")
    paid_with(second, wallet, stripe_binding, key="parts")
    held = has(member)

    double.pay(KEY, whole.gateway_ref)
    hear(double, stripe_binding)

    assert (alone.state, alone.channel) == (AttemptState.PAID, "balance")
    assert held == (0, 501)
    assert has(member) == (501, 0)
    assert fresh(second).settled_minor == 1000
    assert goods.words == ["paid", "paid"]
    assert verify() == []


def test_a_balance_is_spent_by_whoever_knows_the_payment_password(
    wallet: PaymentBinding, goods: Goods
) -> None:
    member = member_with(5000)
    protected(member)
    intent = wanted(1999, member=member)

    with pytest.raises(PasswordNeeded):
        paid_with(intent, wallet)
    for left in range(MOST_FAILURES - 1, 0, -1):
        with pytest.raises(PasswordWrong) as wrong:
            paid_with(intent, wallet, password="111111")
        assert wrong.value.fields["left"] == left
    with pytest.raises(PasswordLocked):
        paid_with(intent, wallet, password="111111")
    with pytest.raises(PasswordLocked):
        paid_with(intent, wallet, password=DIGITS)
    assert not Attempt.objects.exists()

    change_password(member.pk, old=DIGITS, new="273645", now=utc_now() + LOCKED_FOR)
    paid_with(intent, wallet, password="273645")
    assert goods.words == ["paid"]


def test_a_payment_password_is_chosen_by_a_code_that_goes_to_an_old_contact(
    wallet: PaymentBinding,
) -> None:
    member = member_with(0)
    with pytest.raises(NowhereToSend):
        choose_by_code(member.pk, contact_id=None, code="1", new=DIGITS, now=utc_now())
    protected(member)
    Identity.objects.create(member=member, provider="phone", subject="+8613900139000")

    assert [each.subject for each in contacts_of(member.pk, now=utc_now())] == [PHONE]
    for unfit in ("12345", "123456", "777777", "12a456"):
        with pytest.raises(PasswordUnfit):
            choose_by_code(member.pk, contact_id=None, code="1", new=unfit, now=utc_now())


def test_the_shop_may_want_a_payment_password_of_everybody(
    tenant_a: TenantRef, wallet: PaymentBinding, goods: Goods
) -> None:
    set_policy(needs_password=True, actor=STAFF, now=utc_now())
    with store(tenant_a) as browser:
        member = browser.as_member("13800138000")
        legs = [Leg(system("tests"), "cny", -5000), Leg(Owner("member", member.pk), "cny", 5000)]
        post(key="earned", kind="tests.earned", legs=legs)
        intent = wanted(1999, member=member)
        place = f"/api/v1/store/payments/{intent.public_id}/"

        def ask(path: str, body: object, *, put: bool = False) -> Any:
            call = browser.put if put else browser.post
            return call(path, body, content_type="application/json")

        told = {"binding": wallet.public_id}
        unset = ask(f"{place}attempts/", told)
        password = "/api/v1/store/payments/password/"
        sent = ask(f"{password}codes/", {})
        chosen = ask(password, {"new": DIGITS, "code": last_code(PHONE)}, put=True)
        shown = browser.get(place).json()
        needed = ask(f"{place}attempts/", told)
        wrong = ask(f"{place}attempts/", {**told, "password": "111111"})
        paid = ask(f"{place}attempts/", {**told, "password": DIGITS})

    assert unset.json()["code"] == PasswordUnset.code
    assert sent.json()["contact"]["hint"] == "+86138****8000"
    assert chosen.status_code == 204
    assert (shown["password"]["is_asked"], shown["open"], shown["held"]) == (True, "19.99", "0.00")
    assert (needed.status_code, needed.json()["code"]) == (403, PasswordNeeded.code)
    assert (wrong.json()["code"], wrong.json()["left"]) == (PasswordWrong.code, MOST_FAILURES - 1)
    assert (paid.status_code, paid.json()["state"]) == (201, "paid")
