"""A member gives some of a balance to another; never what was paid in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Sum

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.ids import uuid7
from kernel.common.outbox.publishing import publish
from kernel.ledger.services import TENANT, Leg, Owner, post
from kernel.members.errors import InvalidMember
from kernel.members.locks import lock_names
from kernel.members.models import Identity, Member
from kernel.members.normal import normal_login, shown_text
from kernel.wallet.errors import (
    NothingLeft,
    NotTransferable,
    RequestKeyReused,
    UnknownRecipient,
)
from kernel.wallet.events import TransferMade
from kernel.wallet.guards import check_guards
from kernel.wallet.models import Transfer, TransferRule
from kernel.wallet.rules import may_be_given
from kernel.wallet.services.requesting import (
    Spent,
    check_amount,
    day_begins,
    is_for,
    share_up,
)

KIND = "wallet.transferred"


def find_recipient(text: str, *, sender_id: UUID) -> Member:
    """Return the member who signs in with a telephone number or an e-mail address, whole.

    Raises:
        UnknownRecipient: nobody does, or it is the sender.
    """
    try:
        login = normal_login(text)
    except InvalidMember as refusal:
        raise UnknownRecipient(field="recipient") from refusal
    known = Identity.objects.filter(subject=login).values("member_id")
    rows = Member.objects.filter(pk__in=known, is_active=True, anonymised_at=None)
    found = rows.exclude(pk=sender_id).first()
    if found is None:
        raise UnknownRecipient(field="recipient")
    return found


@transaction.atomic
def transfer(
    sender_id: UUID,
    recipient_id: UUID,
    *,
    asset: str,
    minor: int,
    key: str,
    note: str = "",
    actor: Actor,
    now: datetime,
) -> Transfer:
    """Give units of a member to another, once for a key; the fee is the shop's.

    Raises:
        NotTransferable: this cannot be given, or not by this member.
        UnknownRecipient: there is no such member, or it is the sender.
        OutOfBounds, DailyLimit, NothingLeft: the amount does not fit.
        Blocked: something must be settled first.
        RequestKeyReused: the key names another transfer.
        InsufficientBalance: less is available.
    """
    lock_names([f"wallet:{sender_id}"])
    sent = Transfer.objects.select_related("asset").filter(sender_id=sender_id, key=key).first()
    if sent is not None:
        if (sent.asset.code, sent.minor, sent.recipient_id) != (asset, minor, recipient_id):
            raise RequestKeyReused
        return sent
    rule = _rule(asset, sender_id)
    there = Member.objects.filter(pk=recipient_id, is_active=True, anonymised_at=None)
    if recipient_id == sender_id or not there.exists():
        raise UnknownRecipient(field="recipient")
    check_amount(rule, minor, _given_today(sender_id, rule.asset_id, now=now))
    check_guards(sender_id, asset, now=now)
    fee = share_up(minor, rule.fee_bp)
    if fee >= minor:
        raise NothingLeft
    row = Transfer(
        id=uuid7(),
        sender_id=sender_id,
        recipient_id=recipient_id,
        key=key,
        asset=rule.asset,
        minor=minor,
        fee_minor=fee,
        note=shown_text(note, longest=100) or "",
        at=now,
    )
    row.save(force_insert=True)
    _book(row, asset, now=now)
    record(
        action="wallet.transferred",
        actor=actor,
        obj=row,
        after={"asset": asset, "minor": minor, "fee": fee},
        now=now,
    )
    return row


def _book(row: Transfer, asset: str, *, now: datetime) -> None:
    legs = [
        Leg(Owner("member", row.sender_id), asset, -row.minor),
        Leg(Owner("member", row.recipient_id), asset, row.minor - row.fee_minor),
        Leg(TENANT, asset, row.fee_minor),
    ]
    post(
        key=f"transfer:{row.pk.hex}",
        kind=KIND,
        legs=legs,
        occurred_at=now,
        reference=("transfer", row.pk),
    )
    publish(
        TransferMade(
            transfer_id=row.pk,
            sender_id=row.sender_id,
            recipient_id=row.recipient_id,
            asset=asset,
            minor=row.minor,
        ),
        aggregate=f"transfer:{row.pk.hex}",
    )


def _rule(asset: str, sender_id: UUID) -> TransferRule:
    rows = TransferRule.objects.select_related("asset")
    rule = rows.filter(asset__code=asset, is_on=True).first()
    if rule is None or not may_be_given(rule.asset) or not is_for(rule, sender_id):
        raise NotTransferable
    return rule


def _given_today(sender_id: UUID, asset_id: UUID, *, now: datetime) -> Spent:
    rows = Transfer.objects.filter(sender_id=sender_id, asset_id=asset_id, at__gte=day_begins(now))
    found = rows.aggregate(minor=Sum("minor"), count=Count("id"))
    return Spent(int(found["minor"] or 0), int(found["count"]))
