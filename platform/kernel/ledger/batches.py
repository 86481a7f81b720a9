"""What expires, of whom, and what has: read from the batches."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import F, Sum

from kernel.ledger.models import Lot, LotUse
from kernel.ledger.services.expiry import KIND
from kernel.ledger.values import Owner

MOST: Final = 50
_BELOW_TIME: Final = 80
"""How many bits of an id are below the milliseconds of its time."""


@dataclass(frozen=True, slots=True)
class Expiring:
    """Units of an asset that are gone from a moment on."""

    asset: str
    at: datetime
    minor: int


@dataclass(frozen=True, slots=True)
class Lapsed:
    """What one expiry took out of the batches that certain journals had made.

    Attributes:
        journal_id: of the expiry.
        owner_id: whose units they were.
        asset: code of the asset.
    """

    journal_id: UUID
    owner_id: UUID
    asset: str
    minor: int


def expiring(owner: Owner, assets: Collection[str], *, now: datetime) -> list[Expiring]:
    """Return what of an owner's units will expire, the first first; one query."""
    lots = Lot.objects.filter(
        account__owner_id=owner.stored_id,
        account__owner_kind=owner.kind,
        account__asset__code__in=assets,
        remaining_minor__gt=0,
        expires_at__gt=now,
    )
    rows = lots.order_by().values("account__asset__code", "expires_at")
    summed = rows.annotate(minor=Sum("remaining_minor")).order_by("expires_at")[:MOST]
    return [
        Expiring(row["account__asset__code"], at, int(row["minor"]))
        for row in summed
        if (at := row["expires_at"]) is not None
    ]


def expired_of(journal: UUID, owner: Owner, asset: str) -> int:
    """Return how much of what a journal brought to an owner has expired since."""
    uses = LotUse.objects.filter(
        journal__kind=KIND,
        lot__journal_id=journal,
        lot__account__owner_id=owner.stored_id,
        lot__account__owner_kind=owner.kind,
        lot__account__asset__code=asset,
    )
    return int(uses.aggregate(minor=Sum(F("used_minor") - F("restored_minor")))["minor"] or 0)


def lapsed_since(moment: datetime, *, made_by: str) -> Iterable[Lapsed]:
    """Return what expired since a moment of what journals of a kind of key had brought.

    Args:
        moment: when the expiry was booked, at the earliest.
        made_by: how the keys of the journals begin that had brought the units.
    """
    first = UUID(int=int(moment.timestamp() * 1000) << _BELOW_TIME)
    uses = LotUse.objects.filter(
        journal_id__gte=first, journal__kind=KIND, lot__journal__key__startswith=made_by
    )
    rows = uses.order_by().values(
        "journal_id", "lot__account__owner_id", "lot__account__asset__code"
    )
    for row in rows.annotate(minor=Sum("used_minor")).order_by("journal_id"):
        yield Lapsed(
            row["journal_id"],
            row["lot__account__owner_id"],
            row["lot__account__asset__code"],
            int(row["minor"]),
        )
