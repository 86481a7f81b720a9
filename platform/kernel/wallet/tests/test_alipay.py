"""Withdrawals that Alipay pays: credentials tried, signatures both ways, nothing paid twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings

from kernel.common.time import utc_now
from kernel.ledger.services import Owner, balance, verify
from kernel.payments.errors import BindingRefused
from kernel.tenancy.context import TenantRef, tenant_context
from kernel.wallet.choices import State
from kernel.wallet.errors import NotWithdrawable
from kernel.wallet.models import Withdrawal, WithdrawalEvent
from kernel.wallet.services import (
    add_account,
    approve,
    connect_service,
    connected_of,
    disconnect_service,
    paying,
    query,
    query_due,
    request_withdrawal,
    send,
)
from testkit.factories.orders import make_member
from testkit.factories.wallet import ACTOR, COMMISSION, earn, let_withdraw
from testkit.servers.alipay import (
    AlipayDouble,
    App,
    alipay_double,
    certificate,
    certificate_number,
    new_key,
    private_text,
    public_text,
)
from testkit.tenants import open_test_tenant

NOW = utc_now()
LATER = NOW + timedelta(minutes=15)
APP = "2021000000000001"
OTHER = "2021000000000002"
OWN = new_key()


@pytest.fixture(scope="module")
def _double() -> Iterator[AlipayDouble]:
    with alipay_double() as double:
        yield double


@pytest.fixture(scope="module")
def _tenants() -> list[TenantRef]:
    return []


@pytest.fixture
def alipay(
    committing: None, _tenants: list[TenantRef], _double: AlipayDouble, settings: Settings
) -> Iterator[AlipayDouble]:
    """A shop that pays by Alipay, with a public key."""
    settings.STOA_ALIPAY_API = _double.url
    _double.apps = {number: App(OWN.public_key()) for number in (APP, OTHER)}
    if not _tenants:
        _tenants.append(open_test_tenant())
    with tenant_context(_tenants[0]):
        Withdrawal.objects.filter(state__in=["paying", "unknown"]).update(state="failed")
        connect_service("alipay", particulars(_double), actor=ACTOR)
        let_withdraw(channels=["alipay"], fee_bp=100, providers={"alipay": "alipay"})
        yield _double


def particulars(double: AlipayDouble, **told: str) -> dict[str, str]:
    return {
        "app_id": APP,
        "private_key": private_text(OWN),
        "alipay_public_key": public_text(double.key),
        **told,
    }


def approved(number: str = "xiaomei@example.com") -> Withdrawal:
    member = make_member()
    earn(member.pk, 10_000)
    account = add_account(member.pk, "alipay", {"holder": "王小梅", "number": number}, now=NOW)
    row = request_withdrawal(
        member.pk,
        asset=COMMISSION,
        minor=5_000,
        account_id=account.pk,
        key="once",
        actor=ACTOR,
        now=NOW,
    )
    return approve(row.pk, actor=ACTOR, now=NOW)


def left(row: Withdrawal) -> tuple[int, int]:
    owner = Owner("member", row.member_id)
    return balance(owner, COMMISSION), balance(owner, COMMISSION, "frozen")


def told_last(row: Withdrawal) -> str:
    return (
        WithdrawalEvent.objects.filter(withdrawal=row)
        .order_by("id")
        .values_list("note", flat=True)[::-1][0]
    )


def transfers(app: App) -> list[dict[str, object]]:
    return [content for method, content in app.calls if method.endswith("uni.transfer")]


def test_a_withdrawal_is_transferred_once_to_the_account_in_its_holder_s_name(
    alipay: AlipayDouble,
) -> None:
    row, by_id = approved(), approved("2088123412341234")

    paid = send(row.pk, actor=ACTOR, now=NOW)
    send(by_id.pk, actor=ACTOR, now=NOW)

    first, second = transfers(alipay.apps[APP])
    assert (paid.state, left(row)) == (State.PAID, (5_000, 0))
    assert (first["out_biz_no"], first["trans_amount"]) == (row.number, "49.50")
    payee = {"identity": "xiaomei@example.com", "identity_type": "ALIPAY_LOGON_ID"}
    assert first["payee_info"] == {**payee, "name": "王小梅"}
    assert "'ALIPAY_USER_ID'" in str(second["payee_info"])
    assert paid.provider_reference.startswith("2026")
    assert not verify()


@pytest.mark.parametrize("fault", ["drop", "forge"])
def test_a_lost_or_forged_answer_leaves_it_unknown_until_alipay_has_said(
    alipay: AlipayDouble, fault: str
) -> None:
    row, app = approved(), alipay.apps[APP]
    setattr(app, fault, True)

    unsure = send(row.pk, actor=ACTOR, now=NOW)
    setattr(app, fault, False)
    held = left(row)
    done = query(row.pk, now=LATER)

    assert (unsure.state, held, done.state) == (State.UNKNOWN, (5_000, 5_000), State.PAID)
    assert (len(transfers(app)), len(app.paid), left(row)) == (1, 1, (5_000, 0))
    assert not verify()


def test_what_alipay_never_got_waits_for_a_person_and_is_then_paid_once(
    alipay: AlipayDouble,
) -> None:
    row, app = approved(), alipay.apps[APP]
    app.lose = 1

    lost = send(row.pk, actor=ACTOR, now=NOW)
    early = query(row.pk, now=NOW + timedelta(minutes=1))
    absent = query(row.pk, now=LATER)
    again = send(row.pk, actor=ACTOR, now=LATER)

    states = [each.state for each in (lost, early, absent, again)]
    assert states == [State.UNKNOWN, State.UNKNOWN, State.APPROVED, State.PAID]
    assert len(app.paid) == 1


def test_a_process_that_dies_after_sending_leaves_it_to_be_asked_about(
    alipay: AlipayDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, app = approved(), alipay.apps[APP]
    with monkeypatch.context() as dying:

        def die(*_args: object, **_named: object) -> Withdrawal:
            raise SystemExit

        dying.setattr(paying, "_answered", die)
        with pytest.raises(SystemExit):
            send(row.pk, actor=ACTOR, now=NOW)
    between = Withdrawal.objects.get(pk=row.pk).state
    query_due(now=LATER)

    assert (between, Withdrawal.objects.get(pk=row.pk).state) == (State.PAYING, State.PAID)
    assert len(transfers(app)) == 1


def test_each_refusal_is_told_by_whose_it_is(alipay: AlipayDouble) -> None:
    app = alipay.apps[APP]
    app.says["nobody@example.com"] = {"sub_code": "PAYEE_NOT_EXIST", "sub_msg": "收款账号不存在"}
    app.says["odd@example.com"] = {"sub_code": "SYSTEM_ERROR", "sub_msg": "系统繁忙"}
    app.says["slow@example.com"] = {"status": "DEALING"}
    gone, odd, slow = (approved(f"{name}@example.com") for name in ("nobody", "odd", "slow"))

    failed = send(gone.pk, actor=ACTOR, now=NOW)
    unknown = send(odd.pk, actor=ACTOR, now=NOW)
    waiting = send(slow.pk, actor=ACTOR, now=NOW)
    app.paid[slow.number].update(status="FAIL", fail_reason="账户异常")
    late = query(slow.pk, now=LATER)
    app.balance = 0
    short = approved()
    kept = send(short.pk, actor=ACTOR, now=NOW)

    assert (failed.state, left(gone), told_last(gone)) == (
        State.FAILED,
        (10_000, 0),
        "收款账号不存在",
    )
    assert (unknown.state, told_last(odd)) == (State.UNKNOWN, "系统繁忙")
    assert (waiting.state, late.state, left(slow)) == (State.PAYING, State.FAILED, (10_000, 0))
    assert (kept.state, left(short), told_last(short)) == (
        State.APPROVED,
        (5_000, 5_000),
        "付款方余额不足",
    )
    assert not verify()


def test_credentials_are_tried_sealed_and_stay_while_money_is_on_its_way(
    alipay: AlipayDouble,
) -> None:
    shown = connected_of("alipay")
    wrong = {
        "no key": {"private_key": "x"},
        "key of somebody else": {"private_key": private_text(new_key())},
        "not Alipay's": {"alipay_public_key": public_text(new_key())},
        "no application": {"app_id": "2021000000009999"},
        "no such field": {"colour": "red"},
    }
    for told in wrong.values():
        with pytest.raises(BindingRefused):
            connect_service("alipay", particulars(alipay, **told), actor=ACTOR)
    row = approved()
    alipay.apps[APP].drop = 1
    send(row.pk, actor=ACTOR, now=NOW)
    with pytest.raises(BindingRefused):
        connect_service("alipay", particulars(alipay, app_id=OTHER), actor=ACTOR)
    with pytest.raises(BindingRefused):
        disconnect_service("alipay", actor=ACTOR)
    same = {name: text for name, text in particulars(alipay).items() if name != "private_key"}
    connect_service("alipay", same, actor=ACTOR)
    query(row.pk, now=LATER)
    disconnect_service("alipay", actor=ACTOR)

    assert shown is not None
    assert shown.public["app_id"] == APP
    assert private_text(OWN) not in str(shown)
    assert connected_of("alipay") is None
    with pytest.raises(NotWithdrawable):
        send(approved().pk, actor=ACTOR, now=NOW)


def test_certificates_are_named_by_their_numbers(alipay: AlipayDouble) -> None:
    app, root = alipay.apps[APP], new_key()
    app.numbers = {
        "app_cert_sn": certificate_number(11),
        "alipay_root_cert_sn": f"{certificate_number(31)}_{certificate_number(32)}",
    }
    told = {
        "app_cert": certificate(OWN, 11),
        "alipay_cert": certificate(alipay.key, 21),
        "root_cert": certificate(root, 31) + certificate(root, 32),
    }

    connect_service("alipay", particulars(alipay, alipay_public_key="", **told), actor=ACTOR)
    row = send(approved().pk, actor=ACTOR, now=NOW)
    wrong = {**told, "app_cert": certificate(root, 11)}
    with pytest.raises(BindingRefused):
        connect_service("alipay", particulars(alipay, **wrong), actor=ACTOR)

    assert row.state == State.PAID


def test_another_shop_has_neither_the_keys_nor_the_withdrawals(alipay: AlipayDouble) -> None:
    with tenant_context(open_test_tenant()):
        assert connected_of("alipay") is None
        let_withdraw(channels=["alipay"], providers={"alipay": "alipay"})
        with pytest.raises(NotWithdrawable):
            send(approved().pk, actor=ACTOR, now=NOW)
    assert not alipay.apps[APP].paid
