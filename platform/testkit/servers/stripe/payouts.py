"""Money on its way to connected accounts and their banks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from testkit.servers.stripe.errors import invalid
from testkit.servers.stripe.events import tell
from testkit.servers.stripe.money import book
from testkit.servers.stripe.state import Plain, State


def balance_of(state: State, account: str, currency: str) -> int:
    """Return what an account has that was neither paid out nor passed on."""
    return sum(
        made["net"]
        for made in state.of(account, "balance_transaction")
        if made["currency"] == currency
    )


def top_up(state: State, account: str, amount: int, currency: str) -> None:
    """Put money into an account, as a bank transfer to Stripe does."""
    made = state.add(account, "topup", "tu", amount=amount, currency=currency, status="succeeded")
    book(state, account, "topup", made, amount=amount, fee=0)


def transfer(state: State, account: str, form: Mapping[str, Any], to: Plain, amount: int) -> Plain:
    """Pass money on to a connected account.

    Raises:
        StripeSays: there is not enough, or the account takes none.
    """
    currency = str(form.get("currency", "")).lower()
    if not to["payouts_enabled"]:
        raise invalid(
            "The account has no transfers.", code="insufficient_capabilities_for_transfer"
        )
    if amount > balance_of(state, account, currency):
        raise invalid("You have insufficient funds in your account.", code="balance_insufficient")
    made = state.add(
        account,
        "transfer",
        "tr",
        amount=amount,
        amount_reversed=0,
        currency=currency,
        description=form.get("description"),
        destination=to["id"],
        metadata=dict(form.get("metadata", {})),
        reversed=False,
        transfer_group=form.get("transfer_group"),
    )
    book(state, account, "transfer", made, amount=-amount, fee=0)
    book(state, f"{account}/{to['id']}", "payment", made, amount=amount, fee=0)
    tell(state, account, "transfer.created", made)
    return made


def take_back(state: State, account: str, made: Plain) -> Plain:
    """Take a transfer back from the account that got it.

    Raises:
        StripeSays: it was taken back, or the account has passed it on.
    """
    there = f"{account}/{made['destination']}"
    if made["reversed"]:
        raise invalid("The transfer is already fully reversed.", code="transfer_already_reversed")
    if made["amount"] > balance_of(state, there, made["currency"]):
        raise invalid("The account has insufficient funds.", code="balance_insufficient")
    made["reversed"], made["amount_reversed"] = True, made["amount"]
    back = state.add(
        account, "transfer_reversal", "trr", amount=made["amount"], currency=made["currency"],
        transfer=made["id"],
    )  # fmt: skip
    book(state, account, "transfer_refund", back, amount=made["amount"], fee=0)
    book(state, there, "payment_refund", back, amount=-made["amount"], fee=0)
    tell(state, account, "transfer.reversed", made)
    return back


def begin(state: State, account: str, form: Mapping[str, Any], amount: int) -> Plain:
    """Send money of an account to its bank.

    Raises:
        StripeSays: it has less.
    """
    currency = str(form.get("currency", "")).lower()
    if amount > balance_of(state, account, currency):
        raise invalid("The account has insufficient funds.", code="balance_insufficient")
    made = state.add(
        account,
        "payout",
        "po",
        amount=amount,
        currency=currency,
        failure_code=None,
        failure_message=None,
        metadata=dict(form.get("metadata", {})),
        status="pending",
    )
    book(state, account, "payout", made, amount=-amount, fee=0)
    tell(state, account, "payout.created", made)
    return made


def arrive(state: State, account: str, made: Plain) -> None:
    """Have the bank book a payout."""
    made["status"] = "paid"
    tell(state, account, "payout.paid", made)


def bounce(state: State, account: str, made: Plain, *, code: str = "account_closed") -> None:
    """Have the bank send a payout back, also one that counted as paid."""
    made["status"], made["failure_code"] = "failed", code
    made["failure_message"] = "The bank account has been closed."
    book(state, account, "payout_failure", made, amount=made["amount"], fee=0)
    tell(state, account, "payout.failed", made)
