"""What can be paid for; whoever has something to sell registers here.

Payments know a payable by type and id alone. Its owner answers through a
handler, which is called inside the transaction that makes a payment final: what
it writes and the payment are there together, or neither is.

Locks are taken in one order everywhere: payable, intent, attempt. A handler that
keeps rows of its own implements `Lockable`, and locks the payable before it
cancels an intent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from kernel.common.money import Money
from kernel.payments.errors import UnknownPayable


@dataclass(frozen=True, slots=True)
class Payable:
    """Something that can be paid for."""

    type: str
    id: UUID


@dataclass(frozen=True, slots=True)
class Description:
    """A payable as payers and gateways see it.

    Attributes:
        subject: one line, in the payer's language.
        amount: what is to be paid now.
        return_path: page of the storefront that the payer comes back to.
    """

    subject: str
    amount: Money
    return_path: str = "/"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What happened to an intent.

    Attributes:
        amount: what was paid, authorised or refunded by this step.
        settled: what is paid of the intent in all, refunds not taken off.
        refunded: what went back of it in all.
        gateway: code of the way to pay; empty when there was none.
        reason: stable code, ``expired`` or ``cancelled``, or the gateway's.
        at: when money moved; None where none did.
    """

    intent_id: UUID
    amount: Money
    settled: Money
    refunded: Money
    gateway: str = ""
    attempt_id: UUID | None = None
    reason: str = ""
    at: datetime | None = None


class PayableHandler(Protocol):
    """What the owner of a type of payables answers; may run again after a rollback."""

    def describe(self, payable_id: UUID) -> Description:
        """Say what is paid for; called outside the finalising transaction."""
        ...

    def may_pay(self, payable_id: UUID, *, member_id: UUID | None) -> None:
        """Refuse, with a `DomainError`, somebody who may not pay this now."""
        ...

    def on_paid(self, payable_id: UUID, receipt: Receipt) -> None:
        """Note that it is paid in full; `NoLongerPayable` sends the money back."""
        ...

    def on_failed(self, payable_id: UUID, receipt: Receipt) -> None:
        """Note that the intent ended without money."""
        ...


@runtime_checkable
class Lockable(Protocol):
    """A handler whose payable has a row to lock."""

    def lock(self, payable_id: UUID) -> None:
        """Lock the payable's row until the end of the transaction."""
        ...


@runtime_checkable
class HearsOfRefunds(Protocol):
    """A handler that keeps account of what went back."""

    def on_refunded(self, payable_id: UUID, receipt: Receipt) -> None:
        """Note that a part, or all, went back."""
        ...


@runtime_checkable
class HearsOfAuthorizations(Protocol):
    """A handler that acts on money that is held but not yet taken."""

    def on_authorized(self, payable_id: UUID, receipt: Receipt) -> None:
        """Note that the whole amount is held."""
        ...


@runtime_checkable
class TakesPromises(Protocol):
    """A handler whose payable may go out before its money comes: cash on delivery."""

    def on_promised(self, payable_id: UUID, receipt: Receipt) -> None:
        """Note that it will be paid on delivery."""
        ...


_handlers: dict[str, PayableHandler] = {}


def register(type_: str, handler: PayableHandler) -> None:
    """Answer for a type of payables; again with the same type replaces the handler."""
    _handlers[type_] = handler


def unregister(type_: str) -> None:
    """Answer for it no more."""
    _handlers.pop(type_, None)


def handler_of(type_: str) -> PayableHandler:
    """Return who answers for a type.

    Raises:
        UnknownPayable: nobody does.
    """
    try:
        return _handlers[type_]
    except KeyError:
        raise UnknownPayable(type_) from None


def lock(payable: Payable) -> None:
    """Lock a payable, where its owner has something to lock."""
    handler = handler_of(payable.type)
    if isinstance(handler, Lockable):
        handler.lock(payable.id)
