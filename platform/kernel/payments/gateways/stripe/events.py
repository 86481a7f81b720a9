"""Verifies and reads Stripe's webhooks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import stripe

from kernel.payments.errors import BadSignature
from kernel.payments.gateways.contract import Binding, Event, PayResult
from kernel.payments.gateways.stripe.connection import Connection
from kernel.payments.gateways.stripe.reading import (
    Plain,
    intent_result,
    metadata_of,
    refund_result,
    session_result,
    taken_back,
)

FRESH_SECONDS: Final = 300
_SESSION: Final = "checkout.session."
_INTENT: Final = "payment_intent."
_REFUNDS: Final = frozenset(
    {"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"}
)
_DISPUTE: Final = "charge.dispute."


def verify(
    connection: Connection, headers: Mapping[str, str], body: bytes, *, now: datetime
) -> None:
    """Check that Stripe signed a message, within the last five minutes.

    Raises:
        BadSignature: it did not, or too long ago, or the message is no text.
    """
    header = headers.get("stripe-signature", "")
    try:
        stripe.WebhookSignature.verify_header(
            body.decode(), header, connection.webhook_secret, tolerance=None
        )
    except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
        raise BadSignature("signature") from error
    signed_at = next(int(part[2:]) for part in header.split(",") if part.startswith("t="))
    if abs(now.timestamp() - signed_at) > FRESH_SECONDS:
        raise BadSignature("old")


def read(binding: Binding, connection: Connection, body: bytes) -> Event:
    """Read a message.

    Raises:
        BadSignature: it is for another account or mode than the binding's, or malformed.
    """
    try:
        event: Plain = json.loads(body)
        subject: Plain = event["data"]["object"]
        identity, kind, created = str(event["id"]), str(event["type"]), int(event["created"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadSignature("malformed") from error
    if event.get("livemode", False) != binding.live:
        raise BadSignature("other_mode")
    if connection.account and event.get("account") != connection.account:
        raise BadSignature("other_account")
    common: dict[str, Any] = {
        "dedupe_key": identity,
        "kind": kind,
        "occurred_at": datetime.fromtimestamp(created, UTC),
    }
    noted = metadata_of(subject)
    if noted.get("tenant", str(binding.tenant_id)) != str(binding.tenant_id):
        # Two shops may share one Stripe account, which tells each endpoint everything.
        return Event(subject="other", **common)
    if kind in _REFUNDS:
        number = noted.get("refund", "")
        common["taken_back"] = taken_back("refund", subject)
        return Event(subject="refund", number=number, refund=refund_result(subject), **common)
    if kind.startswith(_DISPUTE):
        return Event(subject="other", taken_back=taken_back("dispute", subject), **common)
    if (result := _result_in(kind, subject)) is not None:
        number = noted.get("attempt", "")
        return Event(subject="attempt", number=number, result=result, **common)
    return Event(subject="other", **common)


def _result_in(kind: str, subject: Plain) -> PayResult | None:
    if kind.startswith(_SESSION):
        return session_result(subject)
    if kind.startswith(_INTENT):
        return intent_result(subject)
    return None
