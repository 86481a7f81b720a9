"""Posts journals, and takes them back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.ledger.choices import State
from kernel.ledger.errors import AlreadyReversed, InvalidLeg, NotReversible, UnknownJournal
from kernel.ledger.models import Account, Journal, Posting
from kernel.ledger.services.engine import Posted, post_entries
from kernel.ledger.values import NOBODY, Entry, Leg, Owner, Reference, system

ADJUSTMENTS = "adjustments"
_ONCE = "ledger_journal_reversed_once"


def post(
    *,
    key: str,
    kind: str,
    legs: Sequence[Leg],
    occurred_at: datetime | None = None,
    reference: Reference | None = None,
    data: Mapping[str, object] | None = None,
) -> Journal:
    """Post a journal once; asked again with the same contents, return the one posted.

    Accounts are opened when they are first used. They stay locked until the
    transaction ends: whoever posts several journals in one transaction uses
    `post_bulk`, or always takes accounts in the same order.

    Args:
        key: names what the journal is for, ``order:01k…:paid``; at most 200 characters.
        kind: ``area.fact``, as statements show it.
        legs: add up to zero in each asset; legs of zero are left out.
        occurred_at: when it happened, now without it. Moments, of expiry too, are no
            part of the contents.
        reference: what it was made for.
        data: plain values that explain the figures.

    Raises:
        InvalidLeg: a state that is not known or is that of holds, too large a figure.
        EmptyJournal: nothing moves.
        UnbalancedJournal: the legs of an asset do not add up to zero.
        JournalKeyReused: the key names other contents.
        UnknownAsset: no asset has a code, and it is no currency's.
        InsufficientBalance: a member or seller has not enough.
        BalanceTooLarge: an account would hold more than can be counted.
    """
    entry = Entry(key, kind, legs, occurred_at, reference, data or {})
    _leave_holds_alone(entry)
    return Journal.objects.get(id=post_entries([entry]).ids[key])


def post_bulk(entries: Sequence[Entry], *, now: datetime | None = None) -> Posted:
    """Post many journals in a fixed number of statements; all or none.

    Leaves exactly what posting them one after another leaves.

    Args:
        entries: in the order in which they count.
        now: when they happened, unless an entry says otherwise.

    Raises:
        As `post`; one entry that is refused refuses all.
    """
    for entry in entries:
        _leave_holds_alone(entry)
    return post_entries(entries, now=now)


@transaction.atomic
def reverse(
    journal_id: UUID, *, key: str, reason: str, occurred_at: datetime | None = None
) -> Journal:
    """Take a journal back by another one with every line turned round; once.

    Batches that expire get back what was taken, with their expiry. A part is taken
    back by a booking whose legs say what they undo, see `Leg.undoes`.

    Raises:
        UnknownJournal: no journal has the id.
        NotReversible: it is a reversal itself, or freezes or ends a hold.
        AlreadyReversed: another key reversed it.
        InsufficientBalance: what came in is spent.
        JournalKeyReused: the key names something else.
    """
    journal = Journal.objects.filter(id=journal_id).first()
    if journal is None:
        raise UnknownJournal(journal=str(journal_id))
    legs = _turned_round(journal)
    if journal.reverses_id is not None or any(leg.state == State.FROZEN for leg in legs):
        raise NotReversible(journal=str(journal_id))
    entry = Entry(
        key=key,
        kind=f"{journal.kind}.reversed"[:60],
        legs=legs,
        occurred_at=occurred_at,
        reference=(journal.reference_type, journal.reference_id) if journal.reference_id else None,
        data={"reason": reason},
        reverses=journal.id,
    )
    try:
        with transaction.atomic():
            posted = post_entries([entry])
    except IntegrityError as error:
        if _ONCE not in str(error):
            raise
        raise AlreadyReversed(journal=str(journal_id)) from error
    return Journal.objects.get(id=posted.ids[key])


@transaction.atomic
def adjust(owner: Owner, asset: str, minor: int, *, key: str, reason: str, actor: Actor) -> Journal:
    """Give to or take from an owner by hand, on the record.

    Args:
        owner: whose available balance.
        asset: its code.
        minor: positive to give.
        key: as for `post`.
        reason: as the person gave it; must not be empty.
        actor: who does it.

    Raises:
        InvalidLeg: no reason.
        As `post`.
    """
    if not reason.strip():
        raise InvalidLeg(_("A reason is needed."), field="reason")
    known = Journal.objects.filter(key=key).exists()
    journal = post(
        key=key,
        kind="ledger.adjusted",
        legs=[Leg(owner, asset, minor), Leg(system(ADJUSTMENTS), asset, -minor)],
        data={"reason": reason},
    )
    if not known:
        record(
            action="ledger.adjusted",
            actor=actor,
            obj=journal,
            after={"owner": f"{owner.kind}:{owner.id}", "asset": asset, "minor": minor},
            reason=reason,
        )
    return journal


def _turned_round(journal: Journal) -> list[Leg]:
    rows = (
        Posting.objects.filter(journal=journal).order_by("line").values_list("account_id", "minor")
    )
    lines = list(rows)
    accounts = Account.objects.select_related("asset").in_bulk([row[0] for row in lines])
    legs = []
    for account_id, minor in lines:
        account = accounts[account_id]
        owner = Owner(account.owner_kind, None if account.owner_id == NOBODY else account.owner_id)
        legs.append(Leg(owner, account.asset.code, -minor, account.state, undoes=journal.id))
    return legs


def _leave_holds_alone(entry: Entry) -> None:
    """Refuse the frozen state: what is frozen is what holds keep.

    Raises:
        InvalidLeg: a leg is in it.
    """
    for leg in entry.legs:
        if leg.state == State.FROZEN:
            raise InvalidLeg(_("Only holds freeze; what waits is locked."), state=leg.state)
