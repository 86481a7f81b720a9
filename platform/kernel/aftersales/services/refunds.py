"""What becomes of a case's money: told by payments, or by somebody of the shop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel.aftersales.choices import CaseState, PayoutState
from kernel.aftersales.machine import check
from kernel.aftersales.models import Case, CasePayout
from kernel.aftersales.services.payouts import (
    missing_minor,
    note_failure,
    pay_by_hand,
    pay_out,
    pay_to_wallet,
)
from kernel.aftersales.services.settling import finish
from kernel.aftersales.services.telling import BY_ITSELF, Held, audit, hold, move
from kernel.audit.actor import Actor
from kernel.orders.services.waiving import hold_clock


@transaction.atomic
def note_refunded(reference: str, *, now: datetime) -> None:
    """Note that a refund was made; what belongs to no case is nobody's business here."""
    found = _payout(reference)
    if found is None or found[1].state != PayoutState.ASKED:
        return
    held, payout = found
    payout.state = PayoutState.DONE
    payout.save(update_fields=["state"])
    close_when_paid(held, actor=BY_ITSELF, now=now)


@transaction.atomic
def note_refund_failed(reference: str, failure: str, *, now: datetime) -> None:
    """Note that a refund failed, or that it came back; the case is open until it is made good."""
    found = _payout(reference)
    if found is None or found[1].state == PayoutState.FAILED:
        return
    held, payout = found
    if payout.state == PayoutState.DONE:
        held.case.refunded_minor -= payout.minor
        move(held.case, CaseState.REFUNDING, now=now)
        held.case.save()
        hold_clock(held.order.pk, now=now)
    note_failure(held, payout, failure, actor=BY_ITSELF, now=now)


@transaction.atomic
def retry(case_id: UUID, *, actor: Actor, now: datetime) -> Case:
    """Send what is missing once more the way it was paid.

    Raises:
        UnknownCase: there is none.
        MoveRefused: no money is to go back now.
    """

    def again(held: Held) -> None:
        if missing := missing_minor(held):
            held.case.needs_staff = False
            held.case.save(update_fields=["needs_staff"])
            pay_out(held, missing, actor=actor, now=now)

    return _paid(case_id, "refund_retried", again, actor=actor, now=now)


@transaction.atomic
def to_wallet(case_id: UUID, *, actor: Actor, now: datetime) -> Case:
    """Give what is missing to the buyer's balance.

    Raises:
        UnknownCase: there is none.
        MoveRefused: no money is to go back now.
        NoWallet: the buyer has no account.
    """

    def give(held: Held) -> None:
        pay_to_wallet(held, actor=actor, now=now)

    return _paid(case_id, "paid_to_wallet", give, actor=actor, now=now)


@transaction.atomic
def by_hand(case_id: UUID, *, reason: str, actor: Actor, now: datetime) -> Case:
    """Note that what is missing was paid outside.

    Raises:
        UnknownCase: there is none.
        MoveRefused: no money is to go back now.
    """

    def note(held: Held) -> None:
        pay_by_hand(held, actor=actor, now=now)

    return _paid(case_id, "paid_by_hand", note, actor=actor, now=now, reason=reason)


def close_when_paid(held: Held, *, actor: Actor, now: datetime) -> None:
    """Count what has gone back, and close the case when it is all."""
    done = CasePayout.objects.filter(case=held.case, state=PayoutState.DONE)
    held.case.refunded_minor = sum(done.values_list("minor", flat=True))
    held.case.save(update_fields=["refunded_minor"])
    is_all = held.case.refunded_minor == held.case.amount_minor
    if is_all and held.case.state == CaseState.REFUNDING:
        finish(held, actor=actor, now=now)


def _paid(
    case_id: UUID,
    action: str,
    work: Callable[[Held], None],
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> Case:
    held = hold(case_id)
    check(held.case, "pay")
    before = str(held.case.state)
    work(held)
    close_when_paid(held, actor=actor, now=now)
    audit(held, action, actor=actor, now=now, before=before, reason=reason)
    return held.case


def _payout(reference: str) -> tuple[Held, CasePayout] | None:
    row = CasePayout.objects.filter(reference=reference).first()
    if row is None:
        return None
    held = hold(row.case_id)
    return held, CasePayout.objects.get(pk=row.pk)
