"""What withdrawals and transfers tell others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.common.outbox.events import Event, register_event


@register_event
@dataclass(frozen=True, slots=True)
class WithdrawalChanged(Event):
    """A withdrawal was requested, reviewed, paid out or ended otherwise.

    Attributes:
        state: see `kernel.wallet.choices.State`.
        payout_minor: what arrives, in the currency.
    """

    name: ClassVar[str] = "wallet.withdrawal_changed"

    withdrawal_id: UUID
    member_id: UUID
    number: str
    state: str
    payout_minor: int
    currency: str


@register_event
@dataclass(frozen=True, slots=True)
class IdentityChanged(Event):
    """A member showed who he is, or it was verified or refused.

    Attributes:
        state: see `kernel.wallet.choices.IdentityState`.
    """

    name: ClassVar[str] = "wallet.identity_changed"

    check_id: UUID
    member_id: UUID
    state: str
    reason: str


@register_event
@dataclass(frozen=True, slots=True)
class TransferMade(Event):
    """A member gave some of a balance to another."""

    name: ClassVar[str] = "wallet.transfer_made"

    transfer_id: UUID
    sender_id: UUID
    recipient_id: UUID
    asset: str
    minor: int
