"""Reads of the ledger; none of them locks anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Sum
from django.utils.translation import get_language

from kernel.common.money import Money
from kernel.i18n.languages import in_any
from kernel.ledger.choices import State
from kernel.ledger.models import Account, Asset, Hold, Journal, Lot, Posting
from kernel.ledger.purposes import purpose_label
from kernel.ledger.values import FROZEN, NOBODY, Owner
from kernel.tenancy.simulation import is_simulation

MOST_LINES = 200


def balance(owner: Owner, asset: str, state: str = "available") -> int:
    """Return what an owner has of an asset in a state, in units at its scale."""
    found = Account.objects.filter(
        owner_id=owner.stored_id, owner_kind=owner.kind, asset__code=asset, state=state
    )
    return found.values_list("balance_minor", flat=True).first() or 0


def balances(owners: list[Owner], asset: str, state: str = "available") -> dict[Owner, int]:
    """Return what each of these owners has; one query."""
    wanted = {(owner.kind, owner.stored_id): owner for owner in owners}
    found = dict.fromkeys(owners, 0)
    rows = Account.objects.filter(
        owner_id__in=[owner.stored_id for owner in owners], asset__code=asset, state=state
    )
    for kind, owner_id, minor in rows.values_list("owner_kind", "owner_id", "balance_minor"):
        if owner := wanted.get((kind, owner_id)):
            found[owner] = minor
    return found


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One posting as its owner reads it.

    Attributes:
        sequence: of the account; cursor of the page after it.
        minor: negative for what went out.
        hold: what became of units that it froze: ``open``, ``captured``, ``released`` or
            ``parts``; empty for any other booking.
    """

    sequence: int
    journal_id: UUID
    kind: str
    occurred_at: datetime
    minor: int
    balance_after: int
    reference_type: str
    reference_id: UUID | None
    reverses_id: UUID | None
    data: Mapping[str, Any]
    hold: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A page of an account's postings, newest first.

    Attributes:
        next_before: hand it in as ``before`` for the page after this one; None at the end.
    """

    lines: tuple[StatementLine, ...]
    next_before: int | None


def statement(
    owner: Owner,
    asset: str,
    state: str = "available",
    *,
    before: int | None = None,
    limit: int = 50,
    kinds: tuple[str, ...] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> Statement:
    """Return a page of an account, newest first; two queries however long the account is.

    Args:
        owner: whose.
        asset: its code.
        state: of the account.
        before: the last page's `Statement.next_before`.
        limit: 1 to 200 lines.
        kinds: only these kinds of journals.
        since: only what happened then or later.
        until: only what happened before.
    """
    size = max(1, min(limit, MOST_LINES))
    rows = Posting.objects.filter(
        account__owner_id=owner.stored_id,
        account__owner_kind=owner.kind,
        account__asset__code=asset,
        account__state=state,
    )
    conditions = {
        "sequence__lt": before,
        "journal__kind__in": kinds or None,
        "journal__occurred_at__gte": since,
        "journal__occurred_at__lt": until,
    }
    rows = rows.filter(**{name: value for name, value in conditions.items() if value is not None})
    page = list(rows.select_related("journal").order_by("-sequence")[: size + 1])
    holds = _holds_of([row.journal_id for row in page if row.journal.kind == FROZEN])
    lines = tuple(_line(row, holds.get(row.journal_id, "")) for row in page[:size])
    return Statement(lines, lines[-1].sequence if len(page) > size else None)


def _holds_of(journal_ids: list[UUID]) -> dict[UUID, str]:
    """Return what became of what some journals froze; no query for none."""
    rows = Hold.objects.filter(journal_id__in=journal_ids) if journal_ids else ()
    return {row.journal_id: _outcome(row) for row in rows}


def _outcome(hold: Hold) -> str:
    if hold.remaining_minor:
        return "open"
    if hold.captured_minor and hold.released_minor:
        return "parts"
    return "captured" if hold.captured_minor else "released"


def _line(row: Posting, hold: str) -> StatementLine:
    journal = row.journal
    return StatementLine(
        sequence=row.sequence,
        journal_id=journal.id,
        kind=journal.kind,
        occurred_at=journal.occurred_at,
        minor=row.minor,
        balance_after=row.balance_after,
        reference_type=journal.reference_type,
        reference_id=journal.reference_id,
        reverses_id=journal.reverses_id,
        data=journal.data,
        hold=hold,
    )


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """One posting as an auditor reads it.

    Attributes:
        purpose: of a system account, for people; empty for others.
    """

    owner_kind: str
    owner_id: UUID | None
    purpose: str
    asset: str
    state: str
    minor: int
    balance_after: int


@dataclass(frozen=True, slots=True)
class ExplainedJournal:
    """A journal with all its lines."""

    id: UUID
    key: str
    kind: str
    occurred_at: datetime
    reverses_id: UUID | None
    data: Mapping[str, Any]
    lines: tuple[ExplainedLine, ...]


def explain(reference_type: str, reference_id: UUID) -> list[ExplainedJournal]:
    """Return everything that was booked for something, oldest first; two queries."""
    journals = list(
        Journal.objects.filter(reference_id=reference_id, reference_type=reference_type).order_by(
            "id"
        )
    )
    lines: dict[UUID, list[ExplainedLine]] = {journal.id: [] for journal in journals}
    rows = Posting.objects.filter(journal_id__in=list(lines)).order_by("journal_id", "line")
    for row in rows.select_related("account__asset"):
        lines[row.journal_id].append(_explained(row))
    return [
        ExplainedJournal(
            id=journal.id,
            key=journal.key,
            kind=journal.kind,
            occurred_at=journal.occurred_at,
            reverses_id=journal.reverses_id,
            data=journal.data,
            lines=tuple(lines[journal.id]),
        )
        for journal in journals
    ]


def _explained(row: Posting) -> ExplainedLine:
    account = row.account
    return ExplainedLine(
        owner_kind=account.owner_kind,
        owner_id=None if account.owner_id == NOBODY else account.owner_id,
        purpose=purpose_label(account.owner_id),
        asset=account.asset.code,
        state=account.state,
        minor=row.minor,
        balance_after=row.balance_after,
    )


@dataclass(frozen=True, slots=True)
class TrialLine:
    """What all owners of a kind have of an asset in a state.

    Attributes:
        positive: sum of the balances above zero.
        negative: sum of the balances below zero, itself zero or less.
    """

    asset: str
    owner_kind: str
    state: str
    accounts: int
    positive: int
    negative: int

    @property
    def balance(self) -> int:
        """The sum of both."""
        return self.positive + self.negative


def trial_balance() -> list[TrialLine]:
    """Return balances by asset, kind of owner and state; they add up to zero in each asset."""
    rows = (
        Account.objects.values("asset__code", "owner_kind", "state")
        .annotate(
            accounts=Count("id"),
            positive=Sum("balance_minor", filter=Q(balance_minor__gt=0), default=0),
            negative=Sum("balance_minor", filter=Q(balance_minor__lt=0), default=0),
        )
        .order_by("asset__code", "owner_kind", "state")
    )
    return [
        TrialLine(
            asset=row["asset__code"],
            owner_kind=row["owner_kind"],
            state=row["state"],
            accounts=row["accounts"],
            positive=int(row["positive"]),
            negative=int(row["negative"]),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class WalletLine:
    """What a member sees of an asset.

    Attributes:
        states: units in each state in which there are any.
        next_expiry: when the next units expire and how many, if any do.
    """

    code: str
    kind: str
    name: str
    scale: int
    currency: str
    is_spendable: bool
    is_withdrawable: bool
    is_transferable: bool
    states: Mapping[str, int]
    next_expiry: tuple[datetime, int] | None = None

    @property
    def available(self) -> int:
        """What can be used now."""
        return self.states.get(State.AVAILABLE, 0)

    def decimal(self, state: str = "available") -> str:
        """Return the units in a state as a plain decimal string."""
        return decimal_text(self.states.get(state, 0), self.scale)


def wallet(owner: Owner, *, language: str | None = None) -> list[WalletLine]:
    """Return an owner's balances in every asset, named; three queries.

    Assets that can be spent are there also when the owner has none of them.

    Args:
        owner: the member or seller.
        language: of the names; the current one without it.
    """
    states: dict[UUID, dict[str, int]] = {}
    accounts = Account.objects.filter(owner_id=owner.stored_id, owner_kind=owner.kind)
    for asset_id, state, minor in accounts.values_list("asset_id", "state", "balance_minor"):
        states.setdefault(asset_id, {})[state] = minor
    expiries = _next_expiries(owner)
    shown = Q(id__in=list(states)) | Q(is_active=True, is_spendable=True)
    return [
        WalletLine(
            code=asset.code,
            kind=asset.kind,
            name=asset_name(asset, language),
            scale=asset.scale,
            currency=asset.currency,
            is_spendable=asset.is_spendable,
            is_withdrawable=asset.is_withdrawable,
            is_transferable=asset.is_transferable,
            states=states.get(asset.id, {}),
            next_expiry=expiries.get(asset.id),
        )
        for asset in Asset.objects.filter(shown).order_by("created_at", "code")
    ]


def _next_expiries(owner: Owner) -> dict[UUID, tuple[datetime, int]]:
    lots = Lot.objects.filter(
        account__owner_id=owner.stored_id,
        account__owner_kind=owner.kind,
        remaining_minor__gt=0,
        expires_at__isnull=False,
    )
    rows = lots.values("account__asset_id", "expires_at").annotate(minor=Sum("remaining_minor"))
    found: dict[UUID, tuple[datetime, int]] = {}
    for row in rows.order_by("expires_at"):
        if (moment := row["expires_at"]) is not None:
            found.setdefault(row["account__asset_id"], (moment, int(row["minor"])))
    return found


def asset_name(asset: Asset, language: str | None = None) -> str:
    """Return what an asset is called in a language, the current one when left out."""
    names: dict[str, str] = asset.names
    wanted = language or get_language() or ""
    name = in_any(names, wanted, asset.code)
    return f"TEST_{name}" if is_simulation() else name


def worth(asset: Asset, minor: int) -> Money | None:
    """Return what units are worth in the asset's currency, rounded down; None without a rate."""
    if asset.rate_units is None or asset.rate_minor is None:
        return None
    return Money(minor * asset.rate_minor // asset.rate_units, asset.currency)


def decimal_text(minor: int, scale: int) -> str:
    """Return units at a scale as a plain decimal string."""
    return str(Decimal(minor).scaleb(-scale).quantize(Decimal(1).scaleb(-scale)))
