"""What members earned is paid out: requested, held, reviewed, paid once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from secrets import token_hex
from typing import Any
from uuid import UUID

import pytest

from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.common.errors import DomainError
from kernel.common.secrets.models import TenantSecret
from kernel.common.time import utc_now
from kernel.ledger.models import Hold
from kernel.ledger.services import (
    TENANT,
    Owner,
    balance,
    cash_asset,
    change_asset,
    statement,
    verify,
)
from kernel.members.models import Member
from kernel.members.services.erasing import anonymise
from kernel.members.services.merging import merge_members
from kernel.tenancy.context import TenantRef, tenant_context
from kernel.wallet.choices import State
from kernel.wallet.errors import (
    AccountUnreadable,
    DailyLimit,
    InvalidWallet,
    NotTransferable,
    NotWithdrawable,
    OutOfBounds,
    RequestKeyReused,
    SecondReviewer,
    UnknownAccount,
    WrongState,
)
from kernel.wallet.models import PayoutAccount, Withdrawal
from kernel.wallet.providers import PayoutAnswer, register_provider
from kernel.wallet.rules import set_transfer_rule, set_withdrawal_rule
from kernel.wallet.services import (
    approve,
    batch_rows,
    cancel_withdrawal,
    close_batch,
    details_of,
    find_recipient,
    give_back,
    leave_batch,
    make_batch,
    query,
    query_due,
    reject,
    remove_account,
    request_withdrawal,
    send,
    settle_by_hand,
    transfer,
)
from kernel.wallet.services.paying import QUERY
from testkit.alarms import alarms
from testkit.factories.inventory import together
from testkit.factories.orders import make_member
from testkit.factories.wallet import (
    ACTOR,
    BANK,
    COMMISSION,
    ScriptedPayouts,
    earn,
    let_withdraw,
    make_account,
    make_earned,
    make_withdrawal,
)
from testkit.tenants import open_test_tenant

NOW = utc_now()
FIRST, SECOND = Actor("staff", "stf_1", "Ann"), Actor("staff", "stf_2", "Ben")


def available(member_id: UUID, state: str = "available") -> int:
    return balance(Owner("member", member_id), COMMISSION, state)


def ask_for(member: Member, minor: int, account: PayoutAccount, key: str = "") -> Withdrawal:
    return request_withdrawal(
        member.pk,
        asset=COMMISSION,
        minor=minor,
        account_id=account.pk,
        key=key or token_hex(8),
        actor=ACTOR,
        now=NOW,
    )


def approved(minor: int = 5_000) -> Withdrawal:
    row = make_withdrawal(minor)
    return approve(row.pk, actor=FIRST, now=NOW)


@pytest.fixture
def shop(committing: None) -> Iterator[TenantRef]:
    tenant = open_test_tenant()
    with tenant_context(tenant):
        yield tenant


@pytest.fixture
def payouts() -> ScriptedPayouts:
    service = ScriptedPayouts()
    register_provider(service)
    return service


@pytest.mark.usefixtures("in_tenant_a")
def test_requested_is_frozen_in_the_same_transaction() -> None:
    let_withdraw(fee_bp=100, fee_minor=200, tax_bp=2000)
    member = make_member()
    earn(member.pk, 10_000)
    account = make_account(member)

    row = ask_for(member, 6_000, account, key="one")
    again = ask_for(member, 6_000, account, key="one")

    assert again.pk == row.pk
    assert (available(member.pk), available(member.pk, "frozen")) == (4_000, 6_000)
    assert (row.fee_minor, row.tax_minor, row.net_minor, row.payout_minor) == (
        200,
        1160,
        4640,
        4640,
    )
    assert Hold.objects.get(pk=row.hold_id).remaining_minor == 6_000
    with pytest.raises(RequestKeyReused):
        ask_for(member, 5_000, account, key="one")
    with pytest.raises(DomainError):
        ask_for(member, 4_001, account)
    assert Withdrawal.objects.count() == 1


@pytest.mark.usefixtures("in_tenant_a")
def test_amounts_that_do_not_fit_are_refused() -> None:
    let_withdraw(min_minor=1_000, max_minor=5_000, daily_minor=7_000, daily_count=3)
    member = make_member()
    earn(member.pk, 100_000)
    account = make_account(member)

    for minor in (999, 5_001):
        with pytest.raises(OutOfBounds):
            ask_for(member, minor, account)
    first = ask_for(member, 5_000, account)
    with pytest.raises(DailyLimit):
        ask_for(member, 2_001, account)
    reject(first.pk, reason="No", actor=FIRST, now=NOW)
    for _each in range(3):
        ask_for(member, 1_000, account)
    with pytest.raises(DailyLimit):
        ask_for(member, 1_000, account)
    stranger = make_member()
    earn(stranger.pk, 5_000)
    with pytest.raises(UnknownAccount):
        ask_for(stranger, 2_000, account)
    assert not verify()


@pytest.mark.usefixtures("in_tenant_a")
def test_only_what_was_earned_leaves_and_never_what_was_paid_in() -> None:
    let_withdraw(audience={"groups": ["tag:promoter"]})
    cash = cash_asset("CNY").code
    change_asset(cash, actor=ACTOR, is_withdrawable=True, is_transferable=True)
    told = {"is_on": True, "channels": ["bank"]}

    with pytest.raises(InvalidWallet):
        set_withdrawal_rule(cash, told, actor=ACTOR, now=NOW)
    with pytest.raises(InvalidWallet):
        set_transfer_rule(cash, {"is_on": True}, actor=ACTOR, now=NOW)
    member = make_member()
    earn(member.pk, 5_000)
    with pytest.raises(NotWithdrawable):
        ask_for(member, 1_000, make_account(member))


@pytest.mark.usefixtures("in_tenant_a")
def test_the_statement_says_what_became_of_what_was_held() -> None:
    let_withdraw(fee_bp=100)
    member = make_member()
    earn(member.pk, 20_000)
    account = make_account(member)
    rows = [ask_for(member, 5_000, account) for _each in range(3)]
    reject(rows[1].pk, reason="No", actor=FIRST, now=NOW)
    approve(rows[2].pk, actor=FIRST, now=NOW)
    batch = make_batch([rows[2].pk], actor=FIRST, now=NOW)
    batch_rows(batch.pk, actor=FIRST, now=NOW)
    close_batch(batch.pk, actor=FIRST, now=NOW)

    lines = statement(Owner("member", member.pk), COMMISSION).lines

    told = {line.data["number"]: line for line in lines if line.kind == "hold.frozen"}
    assert [told[row.number].hold for row in rows] == ["open", "released", "captured"]
    assert told[rows[2].number].data["arrives_minor"] == 4_950
    assert {line.hold for line in lines if line.kind != "hold.frozen"} == {""}


@pytest.mark.usefixtures("in_tenant_a")
def test_four_eyes_review_can_be_required_above_an_amount() -> None:
    let_withdraw(four_eyes_minor=5_000)
    small, large = make_withdrawal(4_999), make_withdrawal(5_000)

    assert approve(small.pk, actor=FIRST, now=NOW).state == State.APPROVED
    assert approve(large.pk, actor=FIRST, now=NOW).state == State.CHECKED
    with pytest.raises(SecondReviewer):
        approve(large.pk, actor=FIRST, now=NOW)
    assert approve(large.pk, actor=SECOND, now=NOW).state == State.APPROVED
    assert AuditEntry.objects.filter(action="withdrawal.approved").count() == 3


def test_a_transfer_that_times_out_stays_unknown_and_is_queried_never_resent_blindly(
    shop: TenantRef, payouts: ScriptedPayouts
) -> None:
    let_withdraw(providers={"bank": "scripted"})
    row = approved()
    payouts.loses_answers = True

    after = send(row.pk, actor=FIRST, now=NOW)
    with pytest.raises(WrongState):
        send(row.pk, actor=FIRST, now=NOW)
    asked = alarms(QUERY)
    held = available(row.member_id, "frozen")
    query_due(now=NOW + timedelta(minutes=3))
    query_due(now=NOW + timedelta(hours=9))

    assert (after.state, held) == (State.UNKNOWN, 5_000)
    assert asked
    assert payouts.submitted == [row.number]
    assert payouts.paid == {row.number: 5_000}
    assert Withdrawal.objects.get(pk=row.pk).state == State.PAID
    assert (available(row.member_id), available(row.member_id, "frozen")) == (5_000, 0)
    assert not verify()


def test_what_the_service_never_got_can_be_sent_again_and_what_it_refuses_comes_back(
    shop: TenantRef, payouts: ScriptedPayouts
) -> None:
    let_withdraw(providers={"bank": "scripted"})
    lost, refused = approved(), approved()
    payouts.loses_answers = True
    payouts.script = lambda _key: PayoutAnswer("absent")
    send(lost.pk, actor=FIRST, now=NOW)
    # A request may still be on its way.
    early = query(lost.pk, now=NOW + timedelta(minutes=1)).state
    late = query(lost.pk, now=NOW + timedelta(minutes=11)).state
    payouts.loses_answers = False
    payouts.script = lambda _key: PayoutAnswer("failed", text="account closed")
    failed = send(refused.pk, actor=FIRST, now=NOW)

    assert (early, late) == (State.UNKNOWN, State.APPROVED)
    assert (failed.state, failed.reason) == (State.FAILED, "account closed")
    assert (available(refused.member_id), available(refused.member_id, "frozen")) == (10_000, 0)


@pytest.mark.usefixtures("in_tenant_a")
def test_a_batch_is_paid_by_hand_with_a_file_and_a_proof() -> None:
    let_withdraw(tax_bp=2000)
    rows = [approved(), approved(), approved()]
    waiting = make_withdrawal()

    with pytest.raises(DomainError):
        make_batch([rows[0].pk, waiting.pk], actor=FIRST, now=NOW)
    batch = make_batch([row.pk for row in rows], actor=FIRST, now=NOW)
    with pytest.raises(DomainError):
        make_batch([rows[0].pk], actor=SECOND, now=NOW)
    leave_batch(rows[2].pk, actor=FIRST, now=NOW)
    with pytest.raises(InvalidWallet):
        close_batch(batch.pk, actor=FIRST, now=NOW)
    lines = batch_rows(batch.pk, actor=FIRST, now=NOW)
    with pytest.raises(InvalidWallet):
        leave_batch(rows[1].pk, actor=FIRST, now=NOW)
    settle_by_hand(rows[1].pk, is_paid=False, reason="Wrong name", actor=FIRST, now=NOW)
    with pytest.raises(InvalidWallet):
        close_batch(batch.pk, proof=b"<svg onload=alert(1)>", actor=FIRST, now=NOW)
    for _twice in range(2):
        done = close_batch(batch.pk, proof=b"%PDF-1.7 ok", actor=FIRST, now=NOW)

    with pytest.raises(InvalidWallet):
        give_back(rows[0].pk, reason=" ", actor=FIRST, now=NOW)
    before = balance(TENANT, COMMISSION)
    returned = give_back(rows[0].pk, reason="Closed account", actor=FIRST, now=NOW)
    with pytest.raises(WrongState):
        give_back(rows[0].pk, reason="Closed account", actor=FIRST, now=NOW)

    assert (returned.state, available(rows[0].member_id)) == (State.RETURNED, 10_000)
    assert balance(TENANT, COMMISSION) == before
    assert [line[0] for line in lines[1:]] == [rows[0].number, rows[1].number]
    assert lines[1][1:4] == [BANK["holder"], BANK["number"], BANK["bank"]]
    assert lines[1][5:8] == ["40.00", "CNY", "10.00"]
    assert done.proof.endswith(".pdf")
    states = Counter(Withdrawal.objects.values_list("state", flat=True))
    assert states == {"returned": 1, "failed": 1, "approved": 1, "requested": 1}
    assert AuditEntry.objects.filter(action="payout_batch.file_taken").count() == 1
    assert not verify()


@pytest.mark.usefixtures("in_tenant_a")
def test_particulars_of_accounts_are_sealed_and_forgotten_when_nothing_needs_them() -> None:
    let_withdraw()
    row = make_withdrawal()
    account = row.account
    sealed = bytes(TenantSecret.objects.get(purpose=account.purpose).blob)
    anonymise(row.member_id, actor=ACTOR, reason="", now=NOW)
    during = details_of(PayoutAccount.objects.get(pk=account.pk))
    approve(row.pk, actor=FIRST, now=NOW)
    batch = make_batch([row.pk], actor=FIRST, now=NOW)
    batch_rows(batch.pk, actor=FIRST, now=NOW)
    close_batch(batch.pk, actor=FIRST, now=NOW)

    assert BANK["number"].encode() not in sealed
    assert during == BANK
    assert PayoutAccount.objects.get(pk=account.pk).hint == ""
    with pytest.raises(AccountUnreadable):
        details_of(account)


@pytest.mark.usefixtures("in_tenant_a")
def test_a_member_takes_back_what_nobody_approved_and_keeps_it_when_accounts_are_merged() -> None:
    let_withdraw()
    first, second = make_withdrawal(), approved()
    cancel_withdrawal(first.pk, member_id=first.member_id, actor=ACTOR, now=NOW)
    with pytest.raises(WrongState):
        cancel_withdrawal(second.pk, member_id=second.member_id, actor=ACTOR, now=NOW)
    kept = make_member()
    merge_members(kept.pk, second.member_id, actor=ACTOR, reason="same", now=NOW)
    remove_account(kept.pk, second.account_id, now=NOW)

    assert available(first.member_id) == 10_000
    assert Withdrawal.objects.get(pk=second.pk).member_id == kept.pk
    assert details_of(second.account) == BANK
    reject(second.pk, reason="No", actor=FIRST, now=NOW)
    with pytest.raises(AccountUnreadable):
        details_of(second.account)


@pytest.mark.usefixtures("in_tenant_a")
def test_members_give_what_they_earned_to_each_other_where_the_shop_allows_it() -> None:
    make_earned()
    sender, recipient = make_member(), make_member()
    earn(sender.pk, 10_000)
    told: dict[str, Any] = {"asset": COMMISSION, "actor": ACTOR, "now": NOW}

    with pytest.raises(NotTransferable):
        transfer(sender.pk, recipient.pk, minor=1_000, key="a", **told)
    rule = {"is_on": True, "fee_bp": 50, "daily_minor": 3_000}
    set_transfer_rule(COMMISSION, rule, actor=ACTOR, now=NOW)
    for _twice in range(2):
        transfer(sender.pk, recipient.pk, minor=1_010, key="a", **told)
    with pytest.raises(DailyLimit):
        transfer(sender.pk, recipient.pk, minor=2_000, key="b", **told)
    with pytest.raises(DomainError):
        transfer(sender.pk, sender.pk, minor=100, key="c", **told)
    with pytest.raises(DomainError):
        find_recipient("nobody@example.com", sender_id=sender.pk)

    # The fee is rounded in the shop's favour.
    assert (available(sender.pk), available(recipient.pk)) == (8_990, 1_004)
    assert not verify()


def test_a_day_s_limit_holds_however_many_ask_at_once(shop: TenantRef) -> None:
    let_withdraw(daily_minor=3_000)
    member = make_member()
    earn(member.pk, 100_000)
    account = make_account(member)

    def one(number: int) -> str:
        try:
            ask_for(member, 1_000, account, key=f"k{number}")
        except DomainError as refusal:
            return refusal.code
        return "done"

    outcomes = Counter(together([lambda n=n: one(n) for n in range(8)]))  # type: ignore[misc]

    assert outcomes == {"done": 3, "wallet.daily_limit": 5}
    assert available(member.pk, "frozen") == 3_000
