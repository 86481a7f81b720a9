"""What payments write into the ledger; the README beside this holds the accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from kernel.ledger.models import Journal
from kernel.ledger.services import TENANT, Leg, Owner, post, reverse, system
from kernel.payments.models import Attempt, Refund, Split, StatementRow

BANK: Final = system("payments.bank")
"""What gateways have paid out to the tenant's own account; negative like theirs."""


def clearing(binding_id: UUID) -> Owner:
    """Return whose account shows, as a negative balance, what a gateway keeps of the tenant's."""
    return Owner("gateway", binding_id)


def cash_asset(currency: str) -> str:
    """Return the asset that counts a currency's minor units; the ledger makes it when needed."""
    return currency.lower()


def book_capture(attempt: Attempt, *, minor: int, now: datetime) -> None:
    """Write down that a gateway took money for the tenant."""
    asset = cash_asset(attempt.currency)
    post(
        key=f"payments:captured:{attempt.id.hex}",
        kind="payments.captured",
        legs=[Leg(clearing(attempt.binding_id), asset, -minor), Leg(TENANT, asset, minor)],
        occurred_at=now,
        reference=("payment_attempt", attempt.id),
        data={"intent": str(attempt.intent_id)},
    )


def book_refund(refund: Refund, *, binding_id: UUID, now: datetime) -> None:
    """Write down that a gateway gave money back."""
    asset = cash_asset(refund.currency)
    minor = refund.amount_minor
    post(
        key=_refund_key(refund),
        kind="payments.refunded",
        legs=[Leg(TENANT, asset, -minor), Leg(clearing(binding_id), asset, minor)],
        occurred_at=now,
        reference=("payment_refund", refund.id),
        data={"intent": str(refund.intent_id), "kind": refund.kind},
    )


def book_refund_returned(refund: Refund) -> None:
    """Write down that a refund came back after it had counted as made."""
    journal = Journal.objects.get(key=_refund_key(refund))
    reverse(journal.id, key=f"{_refund_key(refund)}:returned", reason=refund.failure)


def book_split(split: Split, *, binding_id: UUID, now: datetime) -> None:
    """Write down that a gateway gave a share of a payment to its receiver."""
    _book_share(split, binding_id, split.amount_minor, kind="payments.split", now=now)


def book_split_returned(split: Split, *, binding_id: UUID, now: datetime) -> None:
    """Write down that a share came back."""
    _book_share(split, binding_id, -split.amount_minor, kind="payments.split_returned", now=now)


def _book_share(split: Split, binding_id: UUID, minor: int, *, kind: str, now: datetime) -> None:
    asset = cash_asset(split.currency)
    post(
        key=f"{kind}:{split.id.hex}",
        kind=kind,
        legs=[Leg(TENANT, asset, -minor), Leg(clearing(binding_id), asset, minor)],
        occurred_at=now,
        reference=("payment_split", split.id),
        data={"attempt": str(split.attempt_id)},
    )


def book_fee(row: StatementRow) -> None:
    """Write down what a gateway kept for itself."""
    asset = cash_asset(row.currency)
    post(
        key=f"payments:fee:{row.id.hex}",
        kind="payments.fee",
        legs=[
            Leg(TENANT, asset, -row.fee_minor),
            Leg(clearing(row.binding_id), asset, row.fee_minor),
        ],
        occurred_at=row.occurred_at,
        reference=("payment_statement_line", row.id),
        data={"line": row.ref},
    )


def book_payout(row: StatementRow) -> None:
    """Write down that a gateway paid out to the tenant's own account."""
    asset = cash_asset(row.currency)
    post(
        key=f"payments:payout:{row.id.hex}",
        kind="payments.payout",
        legs=[
            Leg(clearing(row.binding_id), asset, -row.gross_minor),
            Leg(BANK, asset, row.gross_minor),
        ],
        occurred_at=row.occurred_at,
        reference=("payment_statement_line", row.id),
        data={"line": row.ref},
    )


def _refund_key(refund: Refund) -> str:
    return f"payments:refunded:{refund.id.hex}"
