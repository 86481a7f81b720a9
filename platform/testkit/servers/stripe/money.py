"""What moves: captures, refunds, payouts, and the balance transactions they leave."""

from __future__ import annotations

from typing import Final

from testkit.servers.stripe.errors import StripeSays, invalid
from testkit.servers.stripe.events import tell
from testkit.servers.stripe.state import Plain, State

FIXED_FEE: Final = 30
FEE_PER_THOUSAND: Final = 29
DECLINED: Final = {
    "4000000000000002": "generic_decline",
    "4000000000009995": "insufficient_funds",
}
ASKS_MORE: Final = "4000002500003155"


def confirm(state: State, account: str, intent: Plain, *, card: str) -> None:
    """Pay a PaymentIntent with a card, as the payer does on a page.

    Raises:
        StripeSays: the card is declined, or the intent takes no payment.
    """
    if intent["status"] not in {"requires_payment_method", "requires_action"}:
        raise invalid(
            "This PaymentIntent takes no payment.", code="payment_intent_unexpected_state"
        )
    number = card.replace(" ", "")
    if reason := DECLINED.get(number):
        intent["last_payment_error"] = {"code": "card_declined", "decline_code": reason}
        tell(state, account, "payment_intent.payment_failed", intent)
        raise StripeSays(
            402, "card_error", "The card was declined.", code="card_declined", decline_code=reason
        )
    if number == ASKS_MORE and intent["status"] != "requires_action":
        intent["status"] = "requires_action"
        tell(state, account, "payment_intent.requires_action", intent)
        return
    intent["last_payment_error"] = None
    if intent["capture_method"] == "manual":
        intent["status"], intent["amount_capturable"] = "requires_capture", intent["amount"]
        tell(state, account, "payment_intent.amount_capturable_updated", intent)
        return
    _take(state, account, intent, intent["amount"])


def capture(state: State, account: str, intent: Plain, amount: int | None) -> None:
    """Take what is held.

    Raises:
        StripeSays: nothing is held, or less.
    """
    if intent["status"] != "requires_capture":
        raise invalid("Nothing to capture.", code="payment_intent_unexpected_state")
    wanted = intent["amount_capturable"] if amount is None else amount
    if not 0 < wanted <= intent["amount_capturable"]:
        raise invalid("More than what is held.", code="amount_too_large")
    _take(state, account, intent, wanted)


def cancel(state: State, account: str, intent: Plain) -> None:
    """Let a PaymentIntent go.

    Raises:
        StripeSays: it is paid.
    """
    if intent["status"] in {"succeeded", "canceled"}:
        raise invalid("It cannot be canceled.", code="payment_intent_unexpected_state")
    intent["status"], intent["amount_capturable"] = "canceled", 0
    tell(state, account, "payment_intent.canceled", intent)


def refund(state: State, account: str, intent: Plain, amount: int | None, metadata: Plain) -> Plain:
    """Give back.

    Raises:
        StripeSays: not paid, or less is left.
    """
    if intent["status"] != "succeeded":
        raise invalid("It was not paid.", code="charge_not_captured")
    given = sum(
        made["amount"]
        for made in state.of(account, "refund")
        if made["payment_intent"] == intent["id"] and made["status"] != "failed"
    )
    wanted = intent["amount_received"] - given if amount is None else amount
    if not 0 < wanted <= intent["amount_received"] - given:
        raise invalid("Refund amount is greater than what is left.", code="charge_already_refunded")
    made = state.add(
        account,
        "refund",
        "re",
        amount=wanted,
        currency=intent["currency"],
        payment_intent=intent["id"],
        charge=intent["latest_charge"],
        status="succeeded",
        metadata=metadata,
    )
    made["balance_transaction"] = book(state, account, "refund", made, amount=-wanted, fee=0)["id"]
    tell(state, account, "refund.created", made)
    return made


def fail_refund(state: State, account: str, made: Plain) -> None:
    """Send a refund back, as a bank does that has closed the account."""
    made["status"], made["failure_reason"] = "failed", "lost_or_stolen_card"
    book(state, account, "refund_failure", made, amount=made["amount"], fee=0)
    tell(state, account, "refund.failed", made)


def pay_out(state: State, account: str, amount: int, currency: str) -> Plain:
    """Send money to the account's bank."""
    made = state.add(account, "payout", "po", amount=amount, currency=currency, status="paid")
    book(state, account, "payout", made, amount=-amount, fee=0)
    return made


def _take(state: State, account: str, intent: Plain, amount: int) -> None:
    charge = state.add(
        account,
        "charge",
        "ch",
        amount=amount,
        currency=intent["currency"],
        payment_intent=intent["id"],
        metadata=dict(intent["metadata"]),
        status="succeeded",
    )
    fee = amount * FEE_PER_THOUSAND // 1000 + FIXED_FEE
    charge["balance_transaction"] = book(state, account, "charge", charge, amount=amount, fee=fee)[
        "id"
    ]
    intent |= {
        "status": "succeeded",
        "amount_received": amount,
        "amount_capturable": 0,
        "latest_charge": charge["id"],
    }
    tell(state, account, "payment_intent.succeeded", intent)


def book(state: State, account: str, kind: str, source: Plain, *, amount: int, fee: int) -> Plain:
    """Leave a balance transaction."""
    return state.add(
        account,
        "balance_transaction",
        "txn",
        type=kind,
        amount=amount,
        fee=fee,
        net=amount - fee,
        currency=source["currency"],
        source=source["id"],
        description=None,
        status="available",
    )
