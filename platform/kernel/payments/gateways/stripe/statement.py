"""Reads Stripe's balance transactions as lines of a statement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from kernel.payments.choices import LineKind
from kernel.payments.gateways.contract import StatementLine
from kernel.payments.gateways.stripe.connection import Connection, from_stripe, translated
from kernel.payments.gateways.stripe.reading import Plain, metadata_of

_KINDS: Final = {
    "charge": LineKind.PAYMENT,
    "payment": LineKind.PAYMENT,
    "refund": LineKind.REFUND,
    "payment_refund": LineKind.REFUND,
    "refund_failure": LineKind.REFUND,
    "payment_failure_refund": LineKind.REFUND,
    "stripe_fee": LineKind.FEE,
    "application_fee": LineKind.FEE,
    "payout": LineKind.PAYOUT,
    "payout_cancel": LineKind.PAYOUT,
    "payout_failure": LineKind.PAYOUT,
}


def lines_of(connection: Connection, day: date) -> Iterator[StatementLine]:
    """Yield the lines of one day, which is UTC's at Stripe, page by page."""
    start = datetime.combine(day, time.min, tzinfo=UTC)
    end = start + timedelta(days=1)
    with translated():
        page = connection.client.v1.balance_transactions.list(
            {
                "created": {"gte": int(start.timestamp()), "lt": int(end.timestamp())},
                "limit": 100,
                "expand": ["data.source"],
            }
        )
        for transaction in page.auto_paging_iter():
            yield _line(transaction.to_dict())


def _line(transaction: Plain) -> StatementLine:
    kind = _KINDS.get(transaction["type"], LineKind.OTHER)
    if transaction["type"] == "adjustment" and "dispute" in (transaction.get("description") or ""):
        kind = LineKind.DISPUTE
    source: Any = transaction.get("source")
    noted = metadata_of(source) if isinstance(source, dict) else {}
    named = "refund" if kind == LineKind.REFUND else "attempt"
    currency = transaction["currency"]
    gross, fee = transaction["amount"], transaction["fee"]
    if kind == LineKind.FEE:
        gross, fee = 0, -transaction["amount"] + fee
    return StatementLine(
        ref=transaction["id"],
        kind=kind,
        number=noted.get(named, ""),
        gateway_ref=_reference(source),
        gross=from_stripe(gross, currency),
        fee=from_stripe(fee, currency),
        occurred_at=datetime.fromtimestamp(transaction["created"], UTC),
        text=(transaction.get("description") or "")[:200],
    )


def _reference(source: Any) -> str:
    if isinstance(source, dict):
        return str(source.get("payment_intent") or source["id"])
    return str(source or "")
