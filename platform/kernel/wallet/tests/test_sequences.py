"""Whatever is done to withdrawals, in any order: the sums stay, and nothing is paid twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from secrets import token_hex
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.audit.actor import Actor
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.ledger.models import Journal
from kernel.ledger.services import Owner, balance, verify
from kernel.members.models import Member
from kernel.wallet.choices import State
from kernel.wallet.models import PayoutAccount, Withdrawal, WithdrawalEvent
from kernel.wallet.services import (
    approve,
    batch_rows,
    cancel_withdrawal,
    close_batch,
    give_back,
    leave_batch,
    make_batch,
    reject,
    request_withdrawal,
    settle_by_hand,
)
from testkit.factories.orders import make_member
from testkit.factories.wallet import (
    ACTOR,
    COMMISSION,
    earn,
    let_withdraw,
    make_account,
)

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


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("request", "approve", "reject", "cancel", "batch", "file", "close"),
                *("settle_paid", "settle_failed", "leave", "finish_twice", "back"),
            ]
        ),
        st.integers(0, 3),
        st.integers(100, 6_000),
    ),
    max_size=25,
)


def any_sequence(steps: list[tuple[str, int, int]]) -> None:
    """Do things to withdrawals in any order; nothing is lost, and nothing is paid twice."""
    let_withdraw(fee_bp=123, tax_bp=700, four_eyes_minor=4_000)
    member = make_member()
    earn(member.pk, 20_000)
    account = make_account(member)
    for step, number, minor in steps:
        rows = list(Withdrawal.objects.filter(member=member).order_by("pk"))
        row = rows[number % len(rows)] if rows else None
        try:
            _do(step, row, member, account, minor)
        except DomainError:
            continue
    _check(member)


def _do(
    step: str, row: Withdrawal | None, member: Member, account: PayoutAccount, minor: int
) -> None:
    if step == "request" or row is None:
        ask_for(member, minor, account)
        return
    told: dict[str, Any] = {"actor": SECOND if row.state == "checked" else FIRST, "now": NOW}
    batch = row.batch_id or row.pk
    steps: dict[str, Callable[[], object]] = {
        "approve": lambda: approve(row.pk, **told),
        "reject": lambda: reject(row.pk, reason="No", **told),
        "cancel": lambda: cancel_withdrawal(row.pk, member_id=member.pk, **told),
        "batch": lambda: make_batch([row.pk], **told),
        "file": lambda: batch_rows(batch, **told),
        "close": lambda: close_batch(batch, **told),
        "settle_paid": lambda: settle_by_hand(row.pk, is_paid=True, reason="", **told),
        "settle_failed": lambda: settle_by_hand(row.pk, is_paid=False, reason="X", **told),
        "back": lambda: give_back(row.pk, reason="X", **told),
        "leave": lambda: leave_batch(row.pk, **told),
        "finish_twice": lambda: [close_batch(batch, **told) for _each in range(2)],
    }
    steps[step]()


def _check(member: Member) -> None:
    rows = list(Withdrawal.objects.filter(member=member))
    paid = [row for row in rows if row.state == State.PAID]
    held = [row for row in rows if row.closed_at is None]
    back = [row for row in rows if row.state == State.RETURNED]
    taken = Journal.objects.filter(kind="hold.captured", reference_type="withdrawal")
    own = taken.filter(reference_id__in=[row.pk for row in rows])
    assert Counter(own.values_list("reference_id", flat=True)) == Counter(
        row.pk for row in [*paid, *back]
    )
    given = Journal.objects.filter(kind="wallet.returned", reference_id__in=[r.pk for r in rows])
    assert Counter(given.values_list("reference_id", flat=True)) == Counter(r.pk for r in back)
    told = WithdrawalEvent.objects.filter(withdrawal__in=rows, kind="paid")
    assert told.count() == len(paid) + len(back)
    assert available(member.pk, "frozen") == sum(row.minor for row in held)
    left = 20_000 - sum(row.minor for row in [*paid, *held])
    assert available(member.pk) == left
    assert not verify()


@pytest.mark.usefixtures("in_tenant_a")
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_any_sequence_of_steps_keeps_the_sums_and_never_pays_twice(
    steps: list[tuple[str, int, int]],
) -> None:
    any_sequence(steps)


@pytest.mark.soak
@pytest.mark.usefixtures("in_tenant_a")
@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_very_many_sequences_of_steps_keep_the_sums_and_never_pay_twice(
    steps: list[tuple[str, int, int]],
) -> None:
    any_sequence(steps)
