"""Tax is withheld of what members are paid: as the law says, from the year so far."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from secrets import token_hex
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.audit.actor import Actor
from kernel.common.errors import DomainError
from kernel.ledger.services import TENANT, Owner, balance, system, verify
from kernel.members.models import Member
from kernel.wallet.choices import State
from kernel.wallet.errors import InvalidWallet, TaxPending
from kernel.wallet.models import PayoutAccount, Withdrawal
from kernel.wallet.rules import set_withdrawal_rule
from kernel.wallet.selectors import tax_months, tax_rows
from kernel.wallet.services import (
    approve,
    batch_rows,
    cancel_withdrawal,
    close_batch,
    give_back,
    make_batch,
    reject,
    request_withdrawal,
    settle_by_hand,
)
from kernel.wallet.tax.catalogue import category
from kernel.wallet.tax.reckoning import Past, reckon
from testkit.factories.orders import make_member
from testkit.factories.wallet import (
    ACTOR,
    COMMISSION,
    earn,
    identify,
    let_withdraw,
    make_account,
    make_earned,
)

PACKET = "packet"
STAFF = Actor("staff", "stf_1", "Ann")
LABOUR: dict[str, Any] = {"tax_category": "CN:labour", "identity_from_minor": 1}


def on(month: int, day: int = 20, year: int = 2026) -> datetime:
    return datetime(year, month, day, 4, tzinfo=UTC)


def ask_for(
    member: Member, minor: int, account: PayoutAccount, *, now: datetime, asset: str = COMMISSION
) -> Withdrawal:
    return request_withdrawal(
        member.pk,
        asset=asset,
        minor=minor,
        account_id=account.pk,
        key=token_hex(8),
        actor=ACTOR,
        now=now,
    )


def pay(row: Withdrawal, *, now: datetime) -> Withdrawal:
    approve(row.pk, actor=STAFF, now=now)
    batch = make_batch([row.pk], actor=STAFF, now=now)
    batch_rows(batch.pk, actor=STAFF, now=now)
    close_batch(batch.pk, actor=STAFF, now=now)
    row.refresh_from_db()
    return row


def held(name: str, asset: str = COMMISSION) -> int:
    return balance(system(name), asset)


@pytest.mark.parametrize(
    ("cents", "past", "month", "tax"),
    [
        (800_000, Past(), 1, 4_200),
        (1_200_000, Past(800_000, 4_200, date(2026, 1, 5)), 2, 13_800),
        # Below what is free nothing is due; what was withheld too much is not paid back here.
        (100_000, Past(), 7, 0),
        (100_00, Past(800_000, 4_200, date(2026, 1, 5)), 6, 0),
        # The second and the last bracket: (income × 0.8 − 5,000) × rate − quick deduction.
        (6_000_000, Past(), 3, 4_300_000 // 10 - 252_000),
        (200_000_000, Past(), 12, 159_500_000 * 45 // 100 - 18_192_000),
    ],
)
def test_cumulative_withholding_is_the_formula_of_the_announcement(
    cents: int, past: Past, month: int, tax: int
) -> None:
    labour = category("CN:labour", on=date(2026, 1, 1))
    assert labour is not None
    assert reckon(labour, cents, on=date(2026, month, 20), past=past).tax_minor == tax
    assert category("CN:labour", on=date(2025, 9, 30)) is None


@pytest.mark.usefixtures("in_tenant_a")
def test_withdrawals_of_the_worked_example_leave_its_figures_to_the_cent() -> None:
    let_withdraw(**LABOUR)
    make_earned(PACKET)
    told = {"is_on": True, "channels": ["bank"], "tax_category": "CN:occasional"}
    with pytest.raises(InvalidWallet) as refused:
        set_withdrawal_rule(PACKET, told, actor=ACTOR, now=on(1))
    assert refused.value.fields["field"] == "identity_from_minor"
    set_withdrawal_rule(PACKET, {**told, "identity_from_minor": 1}, actor=ACTOR, now=on(1))
    member = make_member()
    identify(member)
    account = make_account(member)
    earn(member.pk, 2_000_000)
    earn(member.pk, 2_500, asset=PACKET)

    first = pay(ask_for(member, 800_000, account, now=on(1)), now=on(1))
    second = pay(ask_for(member, 1_200_000, account, now=on(2)), now=on(2))
    packet = pay(ask_for(member, 2_500, account, now=on(2), asset=PACKET), now=on(2))

    assert [row.tax_minor for row in (first, second, packet)] == [4_200, 13_800, 500]
    assert (first.tax_basis["taxable_minor"], second.tax_basis["taxable_minor"]) == (
        140_000,
        600_000,
    )
    assert second.tax_basis["months"] == 2
    tax = held("withdrawals.tax"), held("withdrawals.tax", PACKET)
    paid = held("withdrawals.paid"), held("withdrawals.paid", PACKET)
    assert (tax, sum(tax)) == ((18_000, 500), 18_500)
    assert sum(paid) == 1_984_000
    owner = Owner("member", member.pk)
    assert (balance(owner, COMMISSION), balance(owner, PACKET)) == (0, 0)
    [february, january] = tax_months()
    assert (january.tax_minor, february.tax_minor) == (4_200, 14_300)
    assert {(row.category, row.tax_minor) for row in tax_rows(february.month)} == {
        ("CN:labour", 13_800),
        ("CN:occasional", 500),
    }
    assert not verify()


@pytest.mark.usefixtures("in_tenant_a")
def test_the_next_one_waits_for_the_one_on_which_its_tax_depends() -> None:
    let_withdraw(**LABOUR)
    member = make_member()
    identify(member)
    account = make_account(member)
    earn(member.pk, 3_000_000)

    first = ask_for(member, 800_000, account, now=on(1))
    with pytest.raises(TaxPending):
        ask_for(member, 800_000, account, now=on(1))
    reject(first.pk, reason="No", actor=STAFF, now=on(1))
    again = pay(ask_for(member, 800_000, account, now=on(1)), now=on(1))
    give_back(again.pk, reason="Closed account", actor=STAFF, now=on(2))
    anew = ask_for(member, 800_000, account, now=on(2))

    assert (again.tax_minor, anew.tax_minor) == (4_200, 4_200)
    assert held("withdrawals.tax") == 0
    assert held("withdrawals.paid") == 0
    assert balance(Owner("member", member.pk), COMMISSION) == 2_200_000
    assert not verify()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "refuse", "cancel", "fail", "back", "month"]),
        st.integers(100, 6_000_000),
        st.integers(0, 3),
    ),
    max_size=14,
)


@pytest.mark.usefixtures("in_tenant_a")
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS, fee=st.integers(0, 300))
def test_whatever_is_refused_or_fails_the_year_is_taxed_by_the_formula(
    steps: list[tuple[str, int, int]], fee: int
) -> None:
    let_withdraw(fee_bp=fee, **LABOUR)
    member = make_member()
    identify(member, seed=Member.objects.count())
    account, owner = make_account(member), Owner("member", member.pk)
    before = {name: held(name) for name in ("withdrawals.tax", "withdrawals.paid")}
    fees = balance(TENANT, COMMISSION)
    earn(member.pk, 30_000_000)
    month, peak = 1, 0
    for step, minor, number in steps:
        if step == "month":
            month = min(month + 1, 12)
            continue
        try:
            peak = max(peak, _step((step, minor, number), member, account, on(month)))
        except DomainError:
            continue
        assert balance(owner, COMMISSION) >= 0
        assert not balance(owner, COMMISSION, "frozen")
        _is_formula(member, peak)
    rows = Withdrawal.objects.filter(member=member, state=State.PAID)
    sums = {name: sum(getattr(row, name) for row in rows) for name in ("minor", "tax_minor")}
    assert balance(owner, COMMISSION) == 30_000_000 - sums["minor"]
    assert held("withdrawals.tax") - before["withdrawals.tax"] == sums["tax_minor"]
    assert held("withdrawals.paid") - before["withdrawals.paid"] == sum(r.net_minor for r in rows)
    assert balance(TENANT, COMMISSION) - fees == sum(row.fee_minor for row in rows)
    assert not verify()


def _step(told: tuple[str, int, int], member: Member, account: PayoutAccount, now: datetime) -> int:
    """Take a step; return what the law says was due at most, as reckoned by hand."""
    step, minor, number = told
    if step == "back":
        paid = list(Withdrawal.objects.filter(member=member, state=State.PAID).order_by("pk"))
        if paid:
            give_back(paid[number % len(paid)].pk, reason="X", actor=STAFF, now=now)
        return 0
    row = ask_for(member, minor, account, now=now)
    if step == "refuse":
        reject(row.pk, reason="No", actor=STAFF, now=now)
    elif step == "cancel":
        cancel_withdrawal(row.pk, member_id=member.pk, actor=ACTOR, now=now)
    elif step == "fail":
        approve(row.pk, actor=STAFF, now=now)
        make_batch([row.pk], actor=STAFF, now=now)
        settle_by_hand(row.pk, is_paid=False, reason="X", actor=STAFF, now=now)
    else:
        pay(row, now=now)
        return _due(member)
    return 0


def _is_formula(member: Member, peak: int) -> None:
    """What is withheld is what is due, or more where something that was paid came back."""
    rows = Withdrawal.objects.filter(member=member, state=State.PAID)
    withheld = sum(row.tax_minor for row in rows)
    came_back = Withdrawal.objects.filter(member=member, state=State.RETURNED).exists()
    months = {row.tax_on.month for row in rows}
    assert withheld <= peak or came_back
    if not came_back and len(months) == 1:
        assert withheld == _due(member)
    elif not came_back:
        assert withheld >= _due(member)


def _due(member: Member) -> int:
    """Return the tax on the year so far, written anew from the announcement."""
    rows = Withdrawal.objects.filter(member=member, state=State.PAID)
    if not rows:
        return 0
    months = [row.tax_on.month for row in rows]
    income = Decimal(sum(row.minor for row in rows)) / 100
    taxable = income * Decimal("0.8") - 5_000 * (max(months) - min(months) + 1)
    due = Decimal(0)
    low = Decimal(0)
    steps = ((36, 3), (144, 10), (300, 20), (420, 25), (660, 30), (960, 35), (10**6, 45))
    for high, rate in steps:
        part = max(min(taxable, Decimal(high * 1000)) - low, Decimal(0))
        due += part * rate / 100
        low = Decimal(high * 1000)
    return int((due * 100).quantize(Decimal(1), rounding="ROUND_HALF_UP"))
