"""What moved on a balance: one line for each booking, whatever it was made up of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet, Sum

from channel_center.billing.models import Charge, Wallet
from channel_center.billing.services.wallets import asset_of, owner_of, view_of
from kernel.ledger.models import Posting
from kernel.tenancy.context import public_context

_LINE: Final = "billing.credit_line"
"""A credit line that is wider or narrower now moves no money."""
_CHARGE: Final = "charge"


@dataclass(frozen=True, slots=True)
class Movement:
    """One booking on a balance.

    Attributes:
        kind: ``topped_up``, ``purchase``, ``renewal``, ``refunded`` …
        minor: above zero for what came in; of a sale by partners below, what was earned.
        after: what was on the balance then.
        charge: of a sale: what was sold, and to which shop.
    """

    id: UUID
    at: datetime
    kind: str
    minor: int
    after: int
    currency: str
    charge: Charge | None


@public_context()
def movements_of(
    wallet: Wallet, *, before: UUID | None = None, size: int = 50
) -> tuple[list[Movement], UUID | None]:
    """Return bookings, the latest first, and what asks for those before; four queries."""
    rows = _by_journal(wallet)
    balance = view_of(wallet).balance_minor
    if before is not None:
        later = _postings(wallet).filter(journal_id__gte=before)
        balance -= later.aggregate(sum=Sum("minor"))["sum"] or 0
        rows = rows.filter(journal_id__lt=before)
    found = list(rows.order_by("-journal_id")[: size + 1])
    charges = _charges(found[:size])
    movements = []
    for row in found[:size]:
        movements.append(_movement(row, balance, wallet.currency, charges))
        balance -= row["sum"]
    return movements, movements[-1].id if len(found) > size else None


@public_context()
def balances_at(wallet: Wallet, ends: list[datetime]) -> list[int]:
    """Return what was on a balance at some moments, the earliest first; two queries."""
    left = view_of(wallet).balance_minor
    rows = _by_journal(wallet).filter(journal__occurred_at__gte=ends[0]) if ends else []
    moved = sorted((row["journal__occurred_at"], row["sum"]) for row in rows)
    found = []
    for end in reversed(ends):
        while moved and moved[-1][0] >= end:
            left -= moved.pop()[1]
        found.append(left)
    return found[::-1]


def _postings(wallet: Wallet) -> QuerySet[Posting]:
    owner = owner_of(wallet)
    return Posting.objects.filter(
        account__owner_id=owner.stored_id,
        account__owner_kind=owner.kind,
        account__asset__code=asset_of(wallet.currency),
    ).exclude(journal__kind=_LINE)


def _by_journal(wallet: Wallet) -> QuerySet[Posting, dict[str, Any]]:
    names = ("journal_id", "journal__kind", "journal__occurred_at", "journal__reference_type",
             "journal__reference_id")  # fmt: skip
    return _postings(wallet).values(*names).annotate(sum=Sum("minor")).exclude(sum=0)


def _charges(rows: list[dict[str, Any]]) -> dict[UUID, Charge]:
    wanted = [
        row["journal__reference_id"] for row in rows if row["journal__reference_type"] == _CHARGE
    ]
    found = Charge.objects.select_related("subscription__tenant", "offer__edition__product")
    return {row.id: row for row in found.filter(pk__in=wanted)}


def _movement(
    row: Mapping[str, Any], after: int, currency: str, charges: Mapping[UUID, Charge]
) -> Movement:
    return Movement(
        id=row["journal_id"],
        at=row["journal__occurred_at"],
        kind=str(row["journal__kind"]).removeprefix("billing."),
        minor=row["sum"],
        after=after,
        currency=currency,
        charge=charges.get(row["journal__reference_id"]),
    )
