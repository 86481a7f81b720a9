"""Pays approved withdrawals out by payout services, and finds out what became of them.

The record goes before the call, in a transaction of its own: a process that dies in
between leaves a withdrawal that is asked about, and never one that is sent again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.money import Money
from kernel.ledger.models import Journal
from kernel.ledger.services import TENANT, Leg, Owner, capture, post, system
from kernel.members.locks import lock_names
from kernel.tenancy.schedules import ask
from kernel.wallet.choices import EventKind, State
from kernel.wallet.errors import InvalidWallet, NotWithdrawable, WrongState
from kernel.wallet.models import Withdrawal, WithdrawalRule
from kernel.wallet.providers import (
    PayoutAnswer,
    PayoutOrder,
    PayoutUnsure,
    known_provider,
    service_purpose,
)
from kernel.wallet.services.accounts import details_of, forget_unused
from kernel.wallet.services.requesting import REFERENCE, hold_key, let_go
from kernel.wallet.services.telling import locked, note

QUERY: Final = "wallet.query"
PAID_OUT: Final = "withdrawals.paid"
TAX: Final = "withdrawals.tax"
SYSTEM: Final = Actor.system("wallet.payouts")
# A request that is still on its way is not known to the service yet.
_ON_ITS_WAY: Final = timedelta(minutes=10)
_FIRST: Final = timedelta(minutes=2)
_LONGEST: Final = timedelta(hours=6)
_AT_ONCE: Final = 100
_DAILY: Final = timedelta(days=1)
RETURNED: Final = "wallet.returned"

# What is paid may still come back from the bank.
_ASKED: Final = (State.PAYING, State.UNKNOWN, State.PAID)

log = structlog.get_logger(__name__)


def send(withdrawal_id: UUID, *, actor: Actor, now: datetime) -> Withdrawal:
    """Have a payout service pay an approved withdrawal. Not to be called in a transaction.

    Raises:
        UnknownWithdrawal: there is none.
        WrongState: it is not approved, or was sent already.
        NotWithdrawable: no service pays this way.
        AccountUnreadable: the particulars of the account are gone.
    """
    order, code = _begin(withdrawal_id, actor=actor, now=now)
    provider = known_provider(code)
    assert provider is not None  # noqa: S101  `_begin` has seen it
    try:
        answer = provider.submit(order)
    except PayoutUnsure as unsure:
        return _unsure(withdrawal_id, str(unsure), now=now)
    return _answered(withdrawal_id, answer, now=now)


def query(withdrawal_id: UUID, *, now: datetime) -> Withdrawal:
    """Ask the service what became of a withdrawal. Not to be called in a transaction.

    Raises:
        UnknownWithdrawal: there is none.
    """
    row = Withdrawal.objects.get(pk=withdrawal_id)
    provider = known_provider(row.provider)
    if row.state not in _ASKED or provider is None:
        return row
    try:
        answer = provider.query(row.number)
    except PayoutUnsure as unsure:
        return _unsure(withdrawal_id, str(unsure), now=now)
    return _answered(withdrawal_id, answer, now=now)


def query_due(*, now: datetime) -> int:
    """Ask about those whose time has come, some at once; return how many."""
    with transaction.atomic():
        rows = Withdrawal.objects.select_for_update(skip_locked=True).filter(query_at__lte=now)
        due = list(rows.order_by("query_at").values_list("pk", flat=True)[:_AT_ONCE])
        # Whoever dies now has asked; the next time comes all the same.
        Withdrawal.objects.filter(pk__in=due).update(query_at=now + _FIRST)
    for key in due:
        query(key, now=now)
    return len(due)


def ask_for_next() -> None:
    """Ask for when the next one is due."""
    with transaction.atomic():
        ask(QUERY, Withdrawal.objects.aggregate(at=Min("query_at"))["at"])


@transaction.atomic
def settle_by_hand(
    withdrawal_id: UUID, *, is_paid: bool, reason: str, actor: Actor, now: datetime
) -> Withdrawal:
    """Say what became of a withdrawal that is being paid by hand, or of which nobody knows.

    Raises:
        UnknownWithdrawal: there is none.
        WrongState: it is not being paid out, or is over.
        InvalidWallet: no reason for one that failed, or that a service was to pay.
    """
    row = locked(withdrawal_id, State.PAYING, State.UNKNOWN)
    text = reason.strip()
    if not text and (not is_paid or row.provider):
        raise InvalidWallet(_("A reason is needed."), field="reason")
    if row.provider and row.state == State.PAYING:
        raise WrongState(_("The payout service is still at it."), state=row.state)
    before = row.state
    if is_paid:
        finish(row, actor=actor, now=now, text=text)
    else:
        let_go(row, State.FAILED, EventKind.FAILED, actor=actor, now=now, text=text)
    record(
        action="withdrawal.settled",
        actor=actor,
        obj=row,
        before={"state": before},
        after={"state": str(row.state), "number": row.number},
        reason=text,
        now=now,
    )
    return row


def finish(
    row: Withdrawal, *, actor: Actor, now: datetime, text: str = "", reference: str = ""
) -> None:
    """Take the units of a locked withdrawal off the member: it is paid."""
    asset = row.asset.code
    legs = [
        Leg(system(PAID_OUT), asset, row.net_minor),
        Leg(TENANT, asset, row.fee_minor),
        Leg(system(TAX), asset, row.tax_minor),
    ]
    capture(
        row.hold_id,
        [leg for leg in legs if leg.minor],
        key=f"{hold_key(row.pk)}:paid",
        reference=(REFERENCE, row.pk),
        data={"number": row.number},
    )
    row.state, row.closed_at = State.PAID, now
    row.query_at = _watched_at(row, now=now)
    row.provider_reference = reference or row.provider_reference
    row.save(update_fields=["state", "query_at", "closed_at", "provider_reference"])
    note(row, EventKind.PAID, actor=actor, now=now, text=text or reference)
    forget_unused([row.account_id])


@transaction.atomic
def give_back(withdrawal_id: UUID, *, reason: str, actor: Actor, now: datetime) -> Withdrawal:
    """Give a member everything again of a withdrawal that was paid and came back.

    Raises:
        UnknownWithdrawal: there is none.
        WrongState: it was not paid, or came back already.
        InvalidWallet: no reason.
    """
    text = reason.strip()
    if not text:
        raise InvalidWallet(_("A reason is needed."), field="reason")
    row = locked(withdrawal_id, State.PAID)
    paid = Journal.objects.get(key=f"{hold_key(row.pk)}:paid")
    asset, owner = row.asset.code, Owner("member", row.member_id)
    legs = [
        Leg(owner, asset, row.minor, undoes=paid.pk),
        Leg(system(PAID_OUT), asset, -row.net_minor),
        Leg(TENANT, asset, -row.fee_minor),
        Leg(system(TAX), asset, -row.tax_minor),
    ]
    post(
        key=f"{hold_key(row.pk)}:returned",
        kind=RETURNED,
        legs=[leg for leg in legs if leg.minor],
        reference=(REFERENCE, row.pk),
        data={"number": row.number},
    )
    row.state, row.reason, row.query_at = State.RETURNED, text[:200], None
    row.save(update_fields=["state", "reason", "query_at"])
    note(row, EventKind.RETURNED, actor=actor, now=now, text=text)
    record(
        action="withdrawal.returned",
        actor=actor,
        obj=row,
        before={"state": State.PAID.value},
        after={"state": str(row.state), "number": row.number},
        reason=text,
        now=now,
    )
    return row


def provider_of(row: Withdrawal) -> str:
    """Return the code of the service that pays a withdrawal; empty for by hand."""
    rule = WithdrawalRule.objects.filter(asset_id=row.asset_id).first()
    code = str(rule.providers.get(row.channel, "")) if rule else ""
    return code if known_provider(code) else ""


@transaction.atomic(durable=True)
def _begin(withdrawal_id: UUID, *, actor: Actor, now: datetime) -> tuple[PayoutOrder, str]:
    row = locked(withdrawal_id, State.APPROVED)
    code = provider_of(row)
    provider = known_provider(code)
    if provider is None:
        raise NotWithdrawable(_("No payout service pays this way."))
    # Its credentials do not become another account's between here and the mark.
    lock_names([service_purpose(code)])
    if fault := provider.fault():
        raise NotWithdrawable(fault)
    order = PayoutOrder(
        key=row.number,
        amount=Money(row.payout_minor, row.currency),
        channel=row.channel,
        details=details_of(row.account),
        note=row.number,
        attempt=row.attempt + 1,
    )
    row.state, row.provider, row.sent_at = State.PAYING, code, now
    row.attempt += 1
    row.query_at = now + _FIRST
    row.save(update_fields=["state", "provider", "sent_at", "attempt", "query_at"])
    note(row, EventKind.SENT, actor=actor, now=now)
    record(
        action="withdrawal.sent",
        actor=actor,
        obj=row,
        before={"state": State.APPROVED.value},
        after={"number": row.number, "provider": code},
        now=now,
    )
    ask(QUERY, row.query_at)
    return order, code


@transaction.atomic
def _unsure(withdrawal_id: UUID, text: str, *, now: datetime) -> Withdrawal:
    row = locked(withdrawal_id)
    if row.state == State.PAID:
        return _watched(row, now=now)
    if row.state not in (State.PAYING, State.UNKNOWN):
        return row
    log.warning("wallet.payout_unsure", number=row.number, text=text)
    was_known = row.state == State.PAYING
    row.state = State.UNKNOWN
    _later(row, now=now)
    row.save(update_fields=["state", "query_at"])
    if was_known:
        note(row, EventKind.UNKNOWN, actor=SYSTEM, now=now, text=text)
    return row


@transaction.atomic
def _answered(withdrawal_id: UUID, answer: PayoutAnswer, *, now: datetime) -> Withdrawal:
    row = locked(withdrawal_id)
    if row.state == State.PAID:
        if answer.outcome == "failed":
            text = answer.text or str(State.RETURNED.label)
            return give_back(row.pk, reason=text, actor=SYSTEM, now=now)
        return _watched(row, now=now)
    if row.state not in (State.PAYING, State.UNKNOWN):
        # Somebody else was told meanwhile; what is over stays as it is.
        return row
    if answer.outcome == "paid":
        finish(row, actor=SYSTEM, now=now, reference=answer.reference)
    elif answer.outcome == "failed":
        text = answer.text or answer.reference
        let_go(row, State.FAILED, EventKind.FAILED, actor=SYSTEM, now=now, text=text)
    elif answer.outcome == "refused":
        _anew(row, EventKind.REFUSED, answer.text, now=now)
    elif answer.outcome == "absent" and row.sent_at and now - row.sent_at >= _ON_ITS_WAY:
        _anew(row, EventKind.ABSENT, "", now=now)
    else:
        row.provider_reference = answer.reference or row.provider_reference
        _later(row, now=now)
        row.save(update_fields=["provider_reference", "query_at"])
    return row


def _anew(row: Withdrawal, kind: EventKind, text: str, *, now: datetime) -> None:
    """Leave it to a person to send a withdrawal again of which the service took nothing."""
    row.state, row.query_at = State.APPROVED, None
    row.save(update_fields=["state", "query_at"])
    note(row, kind, actor=SYSTEM, now=now, text=text)


def _watched_at(row: Withdrawal, *, now: datetime) -> datetime | None:
    """Return when a service is asked again whether what it paid has come back."""
    provider = known_provider(row.provider)
    if provider is None or row.closed_at is None or now + _DAILY > row.closed_at + provider.watch:
        return None
    ask(QUERY, now + _DAILY)
    return now + _DAILY


def _watched(row: Withdrawal, *, now: datetime) -> Withdrawal:
    row.query_at = _watched_at(row, now=now)
    row.save(update_fields=["query_at"])
    return row


def _later(row: Withdrawal, *, now: datetime) -> None:
    """Ask again after as long as it has taken so far, but not too seldom."""
    waited = now - row.sent_at if row.sent_at else _FIRST
    row.query_at = now + min(max(waited, _FIRST), _LONGEST)
    ask(QUERY, row.query_at)
