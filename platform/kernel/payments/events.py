"""What other parts of the program hear of payments, after the commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.common.outbox.events import Event, register_event


@register_event
@dataclass(frozen=True, slots=True)
class PaymentSucceeded(Event):
    """An intent is paid in full; amounts are in minor units."""

    name: ClassVar[str] = "payments.succeeded"
    intent_id: UUID
    payable_type: str
    payable_id: UUID
    amount_minor: int
    currency: str


@register_event
@dataclass(frozen=True, slots=True)
class PaymentEnded(Event):
    """An intent ended without money: ``expired`` or ``cancelled``."""

    name: ClassVar[str] = "payments.ended"
    intent_id: UUID
    payable_type: str
    payable_id: UUID
    state: str


@register_event
@dataclass(frozen=True, slots=True)
class PaymentPromised(Event):
    """An intent will be paid on delivery."""

    name: ClassVar[str] = "payments.promised"
    intent_id: UUID
    payable_type: str
    payable_id: UUID


@register_event
@dataclass(frozen=True, slots=True)
class RefundSucceeded(Event):
    """Money went back."""

    name: ClassVar[str] = "payments.refunded"
    refund_id: UUID
    intent_id: UUID
    payable_type: str
    payable_id: UUID
    amount_minor: int
    currency: str


@register_event
@dataclass(frozen=True, slots=True)
class RefundFailed(Event):
    """Money did not go back; staff have to look at it."""

    name: ClassVar[str] = "payments.refund_failed"
    refund_id: UUID
    intent_id: UUID
    payable_type: str
    payable_id: UUID
    failure: str
