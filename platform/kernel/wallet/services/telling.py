"""Writes down and tells what happened to withdrawals, and locks them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.common.outbox.publishing import publish
from kernel.wallet.choices import EventKind, State
from kernel.wallet.errors import UnknownWithdrawal, WrongState
from kernel.wallet.events import WithdrawalChanged
from kernel.wallet.models import Withdrawal, WithdrawalEvent


def locked(withdrawal_id: UUID, *states: str) -> Withdrawal:
    """Return a withdrawal, locked until the transaction ends.

    Raises:
        UnknownWithdrawal: there is none.
        WrongState: it stands elsewhere than in one of the states.
    """
    row = Withdrawal.objects.select_for_update(no_key=True).filter(pk=withdrawal_id).first()
    if row is None:
        raise UnknownWithdrawal
    if states and row.state not in states:
        raise WrongState(state=row.state)
    return row


def note(row: Withdrawal, kind: EventKind, *, actor: Actor, now: datetime, text: str = "") -> None:
    """Write down what happened, and tell where the withdrawal stands now."""
    WithdrawalEvent.objects.create(
        withdrawal=row, kind=kind, actor=str(actor)[:120], note=text[:200], at=now
    )
    publish(
        WithdrawalChanged(
            withdrawal_id=row.pk,
            member_id=row.member_id,
            number=row.number,
            state=State(row.state).value,
            payout_minor=row.payout_minor,
            currency=row.currency,
        ),
        aggregate=f"withdrawal:{row.pk.hex}",
    )
