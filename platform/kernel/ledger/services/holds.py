"""Freezes units until it is known who gets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F

from kernel.ledger.choices import State
from kernel.ledger.errors import (
    HoldClosed,
    HoldExceeded,
    InvalidLeg,
    JournalKeyReused,
    UnknownHold,
)
from kernel.ledger.models import Account, Hold, Journal
from kernel.ledger.services.accounts import find_accounts, place_of
from kernel.ledger.services.engine import post_entries
from kernel.ledger.services.lots import take_over
from kernel.ledger.values import FROZEN, NOBODY, Entry, Leg, Owner, Reference

CAPTURED = "hold.captured"
RELEASED = "hold.released"


@transaction.atomic
def freeze(
    owner: Owner,
    asset: str,
    minor: int,
    *,
    key: str,
    reference: Reference | None = None,
    data: Mapping[str, object] | None = None,
) -> Hold:
    """Keep units of an owner's available balance; the same key again returns the same hold.

    Args:
        owner: whose.
        asset: its code.
        minor: how many units, more than zero.
        key: as for `post`.
        reference: what they are kept for.
        data: plain values that explain it.

    Raises:
        InvalidLeg: nothing, or less, is to be kept.
        InsufficientBalance: less is available.
        UnknownAsset, JournalKeyReused: as `post`.
    """
    if minor <= 0:
        raise InvalidLeg(asset=asset)
    legs = [Leg(owner, asset, -minor), Leg(owner, asset, minor, State.FROZEN.value)]
    entry = Entry(key, FROZEN, legs, reference=reference, data=data or {})
    posted = post_entries([entry])
    if key not in posted.new:
        return Hold.objects.get(journal_id=posted.ids[key])
    place = place_of(owner, asset, State.FROZEN.value)
    account_id = find_accounts([place])[place]
    return Hold.objects.create(
        journal_id=posted.ids[key], account_id=account_id, amount_minor=minor
    )


@transaction.atomic
def capture(
    hold_id: UUID,
    legs_to: Sequence[Leg],
    *,
    key: str,
    reference: Reference | None = None,
    data: Mapping[str, object] | None = None,
) -> Journal:
    """Move held units to those who get them, all or a part; the rest stays held.

    A refund whose legs undo the journal of the capture returns units that expire to
    the batches they were frozen out of.

    Args:
        hold_id: the hold.
        legs_to: who gets how much. What they add up to in the hold's asset is
            taken from the hold.
        key: as for `post`.
        reference: what they are taken for.
        data: plain values that explain it.

    Raises:
        UnknownHold: no hold has the id.
        HoldClosed: nothing is held any more.
        HoldExceeded: less is held.
        InvalidLeg: nothing is taken, or a leg is frozen.
        UnbalancedJournal, UnknownAsset, JournalKeyReused: as `post`.
    """
    hold, account = _locked(hold_id)
    asset = account.asset.code
    minor = sum(leg.minor for leg in legs_to if leg.asset == asset)
    if minor <= 0 or any(leg.state == State.FROZEN for leg in legs_to):
        raise InvalidLeg(asset=asset)
    frozen = Leg(_owner(account), asset, -minor, State.FROZEN.value)
    entry = Entry(
        key,
        CAPTURED,
        [frozen, *legs_to],
        reference=reference,
        data={**(data or {}), "hold": str(hold.id)},
    )
    journal_id, is_new = _post_within(hold, entry, minor=minor)
    if is_new:
        Hold.objects.filter(id=hold.id).update(captured_minor=F("captured_minor") + minor)
        take_over(frozen_by=hold.journal_id, captured_by=journal_id, minor=minor)
    return Journal.objects.get(id=journal_id)


@transaction.atomic
def release(hold_id: UUID, *, key: str, minor: int | None = None) -> Journal:
    """Give held units back to their owner, all that is left or a part.

    Units that expire return to their batches with their expiry.

    Args:
        hold_id: the hold.
        key: as for `post`.
        minor: how many; all that is left without it.

    Raises:
        UnknownHold: no hold has the id.
        HoldClosed: nothing is held any more, and not because of this key.
        HoldExceeded: less is held.
        JournalKeyReused: the key names something else.
    """
    hold, account = _locked(hold_id)
    if done := Journal.objects.filter(key=key).first():
        if done.kind != RELEASED or done.data.get("hold") != str(hold.id):
            raise JournalKeyReused(key=key)
        return done
    amount = hold.remaining_minor if minor is None else minor
    if minor is not None and minor <= 0:
        raise InvalidLeg(asset=account.asset.code)
    owner, asset = _owner(account), account.asset.code
    legs = [
        Leg(owner, asset, -amount, State.FROZEN.value),
        Leg(owner, asset, amount, undoes=hold.journal_id),
    ]
    entry = Entry(key, RELEASED, legs, data={"hold": str(hold.id)})
    journal_id, _is_new = _post_within(hold, entry, minor=amount)
    Hold.objects.filter(id=hold.id).update(released_minor=F("released_minor") + amount)
    return Journal.objects.get(id=journal_id)


def _locked(hold_id: UUID) -> tuple[Hold, Account]:
    hold = Hold.objects.select_for_update(no_key=True).filter(id=hold_id).first()
    if hold is None:
        raise UnknownHold(hold=str(hold_id))
    return hold, Account.objects.select_related("asset").get(id=hold.account_id)


def _post_within(hold: Hold, entry: Entry, *, minor: int) -> tuple[UUID, bool]:
    """Post an entry that takes from a hold what it still keeps; a repeat takes nothing.

    Raises:
        HoldClosed, HoldExceeded: it keeps less.
    """
    if minor > hold.remaining_minor and not Journal.objects.filter(key=entry.key).exists():
        _refuse(hold)
    if hold.remaining_minor == 0 and minor == 0:
        raise HoldClosed(hold=str(hold.id))
    posted = post_entries([entry])
    return posted.ids[entry.key], entry.key in posted.new


def _refuse(hold: Hold) -> None:
    if hold.remaining_minor == 0:
        raise HoldClosed(hold=str(hold.id))
    raise HoldExceeded(hold=str(hold.id), remaining=str(hold.remaining_minor))


def _owner(account: Account) -> Owner:
    return Owner(account.owner_kind, None if account.owner_id == NOBODY else account.owner_id)
