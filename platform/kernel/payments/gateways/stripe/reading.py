"""Reads what Stripe says of payments and refunds."""

from __future__ import annotations

from typing import Any, Final

from kernel.payments.gateways.contract import PayResult, RefundResult, State, TakenBack
from kernel.payments.gateways.stripe.connection import from_stripe

# Objects of the library are neither dicts nor do they have every field: what is
# read is their plain form.
Plain = dict[str, Any]

_INTENT_STATES: Final[dict[str, State]] = {
    "requires_payment_method": "pending",
    "requires_confirmation": "pending",
    "requires_action": "requires_action",
    "processing": "pending",
    "requires_capture": "authorized",
    "canceled": "closed",
    "succeeded": "paid",
}


def intent_result(intent: Plain, *, publishable_key: str = "", account: str = "") -> PayResult:
    """Return what a PaymentIntent says."""
    state = _INTENT_STATES.get(intent["status"], "unknown")
    said = intent.get("last_payment_error") or {}
    counted = {"paid": "amount_received", "authorized": "amount_capturable"}.get(state)
    action = None
    if state in {"pending", "requires_action"} and intent.get("client_secret"):
        action = {
            "kind": "card_fields",
            "client_secret": intent["client_secret"],
            "publishable_key": publishable_key,
            "account": account,
        }
    return PayResult(
        state,
        gateway_ref=intent["id"],
        action=action,
        paid=from_stripe(intent[counted], intent["currency"]) if counted else None,
        failure=str(said.get("decline_code") or said.get("code") or ""),
    )


def session_result(session: Plain) -> PayResult:
    """Return what a Checkout Session says; with its PaymentIntent, when that came along."""
    intent = session.get("payment_intent")
    if isinstance(intent, dict) and intent["status"] not in {
        "requires_payment_method",
        "requires_confirmation",
    }:
        return intent_result(intent)
    reference = intent if isinstance(intent, str) else session["id"]
    if session["status"] == "expired":
        return PayResult("closed", gateway_ref=session["id"], failure="expired")
    if session.get("payment_status") == "paid":
        paid = from_stripe(session["amount_total"], session["currency"])
        return PayResult("paid", gateway_ref=reference, paid=paid)
    if session["status"] == "complete":
        return PayResult("pending", gateway_ref=reference)
    action = {"kind": "redirect", "url": session["url"]} if session.get("url") else None
    return PayResult("pending", gateway_ref=session["id"], action=action)


def refund_result(refund: Plain) -> RefundResult:
    """Return what a Refund says."""
    status = refund.get("status") or "pending"
    common = {
        "gateway_ref": refund["id"],
        "amount": from_stripe(refund["amount"], refund["currency"]),
    }
    if status == "succeeded":
        return RefundResult("succeeded", **common)
    if status in {"failed", "canceled"}:
        return RefundResult("failed", failure=refund.get("failure_reason") or status, **common)
    return RefundResult("pending", **common)


def taken_back(kind: str, subject: Plain) -> TakenBack | None:
    """Return what a Refund or a Dispute takes from the payee; None of what only warns.

    A dispute takes the money when it is opened, and gives it back when it is won.
    """
    payment, status = subject.get("payment_intent"), subject.get("status") or ""
    if not isinstance(payment, str) or status.startswith("warning_"):
        return None
    return TakenBack(
        kind=kind,
        ref=subject["id"],
        payment_ref=payment,
        amount=from_stripe(subject["amount"], subject["currency"]),
        is_standing=status not in {"failed", "canceled", "won", "prevented"},
    )


def metadata_of(value: Plain) -> dict[str, str]:
    """Return what we wrote on an object."""
    return value.get("metadata") or {}
