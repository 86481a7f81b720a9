"""Staff look at withdrawals: approve them, the larger ones by two, or refuse them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.wallet.choices import EventKind, State
from kernel.wallet.errors import InvalidWallet, SecondReviewer
from kernel.wallet.models import Withdrawal
from kernel.wallet.services.requesting import let_go
from kernel.wallet.services.telling import locked, note


@transaction.atomic
def approve(withdrawal_id: UUID, *, actor: Actor, now: datetime) -> Withdrawal:
    """Approve a withdrawal; one that two must look at waits for the second.

    Raises:
        UnknownWithdrawal: there is none.
        WrongState: it was decided already.
        SecondReviewer: whoever approved first cannot be the second.
    """
    row = locked(withdrawal_id, State.REQUESTED, State.CHECKED)
    before = row.state
    if row.state == State.CHECKED and row.checked_by == actor.id:
        raise SecondReviewer
    kind = EventKind.APPROVED
    if row.two_needed and row.state == State.REQUESTED:
        row.state, row.checked_by, kind = State.CHECKED, actor.id, EventKind.CHECKED
    else:
        row.state = State.APPROVED
    row.save(update_fields=["state", "checked_by"])
    note(row, kind, actor=actor, now=now)
    _record("approved", row, before, actor, now=now)
    return row


@transaction.atomic
def reject(withdrawal_id: UUID, *, reason: str, actor: Actor, now: datetime) -> Withdrawal:
    """Refuse a withdrawal; what was held is the member's again.

    Raises:
        UnknownWithdrawal: there is none.
        WrongState: it is being paid out, or over.
        InvalidWallet: no reason.
    """
    text = reason.strip()
    if not text:
        raise InvalidWallet(_("A reason is needed."), field="reason")
    row = locked(withdrawal_id)
    before = row.state
    let_go(row, State.REJECTED, EventKind.REJECTED, actor=actor, now=now, text=text)
    _record("rejected", row, before, actor, now=now, reason=text)
    return row


def _record(
    change: str, row: Withdrawal, before: str, actor: Actor, *, now: datetime, reason: str = ""
) -> None:
    record(
        action=f"withdrawal.{change}",
        actor=actor,
        obj=row,
        before={"state": before},
        after={"state": str(row.state), "number": row.number},
        reason=reason,
        now=now,
    )
