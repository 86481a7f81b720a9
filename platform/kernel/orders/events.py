"""What orders tell others, after the commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from typing_extensions import override

from kernel.common.outbox.codec import Json
from kernel.common.outbox.events import Event, register_event


def aggregate_of(order_id: UUID) -> str:
    """Return the name under which an order's events keep their order."""
    return f"order:{order_id.hex}"


@dataclass(frozen=True, slots=True)
class OrderFact(Event):
    """Something happened to an order.

    Attributes:
        member_id: None for a buyer without an account.
        total_minor: what the order costs now, in minor units of ``currency``.
    """

    order_id: UUID
    group_id: UUID
    number: str
    member_id: UUID | None
    seller_id: UUID | None
    currency: str
    total_minor: int

    @override
    def payload(self) -> dict[str, Json]:
        """Return the fields as a JSON object; they are ids, texts, numbers and yes or no."""
        found: dict[str, Json] = {}
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            found[name] = str(value) if isinstance(value, UUID) else value
        return found


@register_event
@dataclass(frozen=True, slots=True)
class OrderPlaced(OrderFact):
    """An order was placed; it may be unpaid."""

    name: ClassVar[str] = "orders.order_placed"


@register_event
@dataclass(frozen=True, slots=True)
class OrderPaid(OrderFact):
    """The whole total of an order has come."""

    name: ClassVar[str] = "orders.order_paid"


@register_event
@dataclass(frozen=True, slots=True)
class OrderCancelled(OrderFact):
    """An order was cancelled before anything of it was shipped."""

    name: ClassVar[str] = "orders.order_cancelled"

    reason: str = ""


@register_event
@dataclass(frozen=True, slots=True)
class OrderChanged(OrderFact):
    """Staff changed an order."""

    name: ClassVar[str] = "orders.order_changed"


@register_event
@dataclass(frozen=True, slots=True)
class OrderRefundReturned(OrderFact):
    """Money that had gone back came again: the payer's bank did not take it.

    Attributes:
        refunded_minor: how much.
    """

    name: ClassVar[str] = "orders.order_refund_returned"

    refunded_minor: int = 0


@register_event
@dataclass(frozen=True, slots=True)
class OrderShipped(OrderFact):
    """Goods of an order left; perhaps not all of them."""

    name: ClassVar[str] = "orders.order_shipped"

    is_complete: bool = True


@register_event
@dataclass(frozen=True, slots=True)
class OrderDelivered(OrderFact):
    """Everything of an order arrived."""

    name: ClassVar[str] = "orders.order_delivered"


@register_event
@dataclass(frozen=True, slots=True)
class OrderCompleted(OrderFact):
    """An order is over: paid, received, and past the time to object."""

    name: ClassVar[str] = "orders.order_completed"


@register_event
@dataclass(frozen=True, slots=True)
class OrderWaived(OrderFact):
    """A part of what an order costs was taken off after the sale.

    Attributes:
        waived_minor: all that was taken off so far.
    """

    name: ClassVar[str] = "orders.order_waived"

    waived_minor: int = 0


@register_event
@dataclass(frozen=True, slots=True)
class OrderRefunded(OrderFact):
    """Money of an order went back."""

    name: ClassVar[str] = "orders.order_refunded"

    refunded_minor: int = 0
