"""What may be done with an order, and where it stands afterwards.

One table of actions. An action is possible from some statuses, and while its
guards hold; a guard is a named condition that people are told when it fails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from kernel.orders.choices import FulfilmentStatus, OrderStatus, PaymentStatus
from kernel.orders.errors import TransitionRefused

Action = Literal["place", "pay", "edit", "cancel", "expire", "ship", "deliver", "complete"]


class Standing(Protocol):
    """What the table looks at: an order, or what one would be."""

    @property
    def status(self) -> str:
        """One of `OrderStatus`."""

    @property
    def payment_status(self) -> str:
        """One of `PaymentStatus`."""

    @property
    def fulfilment_status(self) -> str:
        """One of `FulfilmentStatus`."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One action.

    Attributes:
        target: the status afterwards; None when the action leaves it.
        guards: names out of `GUARDS`, in the order in which they are asked.
    """

    sources: frozenset[OrderStatus]
    target: OrderStatus | None
    guards: tuple[str, ...] = ()


def _nothing_shipped(order: Standing) -> bool:
    return order.fulfilment_status == FulfilmentStatus.UNFULFILLED


def _something_to_ship(order: Standing) -> bool:
    return order.fulfilment_status in {FulfilmentStatus.UNFULFILLED, FulfilmentStatus.PARTIAL}


def _nothing_paid(order: Standing) -> bool:
    return order.payment_status == PaymentStatus.UNPAID


def _paid(order: Standing) -> bool:
    return order.payment_status in {PaymentStatus.PAID, PaymentStatus.PART_REFUNDED}


def _money_is_certain(order: Standing) -> bool:
    return _paid(order) or order.payment_status == PaymentStatus.AUTHORISED


def _settled(order: Standing) -> bool:
    return _paid(order) or order.payment_status == PaymentStatus.REFUNDED


def _something_shipped(order: Standing) -> bool:
    return order.fulfilment_status in {FulfilmentStatus.PARTIAL, FulfilmentStatus.FULFILLED}


def _all_delivered(order: Standing) -> bool:
    return order.fulfilment_status in {FulfilmentStatus.DELIVERED, FulfilmentStatus.RETURNED}


GUARDS: Final[Mapping[str, Callable[[Standing], bool]]] = {
    "nothing_shipped": _nothing_shipped,
    "something_to_ship": _something_to_ship,
    "nothing_paid": _nothing_paid,
    "money_is_certain": _money_is_certain,
    "settled": _settled,
    "something_shipped": _something_shipped,
    "all_delivered": _all_delivered,
}

_OPEN: Final = frozenset({OrderStatus.PLACED})

TRANSITIONS: Final[Mapping[Action, Transition]] = {
    "place": Transition(frozenset({OrderStatus.DRAFT}), OrderStatus.PLACED),
    "pay": Transition(_OPEN, None),
    "edit": Transition(_OPEN, None, ("nothing_shipped",)),
    "cancel": Transition(
        frozenset({OrderStatus.DRAFT, OrderStatus.PLACED}),
        OrderStatus.CANCELLED,
        ("nothing_shipped",),
    ),
    "expire": Transition(_OPEN, OrderStatus.CANCELLED, ("nothing_paid", "nothing_shipped")),
    "ship": Transition(_OPEN, None, ("money_is_certain", "something_to_ship")),
    "deliver": Transition(_OPEN, None, ("something_shipped",)),
    "complete": Transition(_OPEN, OrderStatus.COMPLETED, ("settled", "all_delivered")),
}


def failing_guard(order: Standing, action: Action) -> str | None:
    """Return what is in the way of an action: ``status`` or a guard's name; None when nothing."""
    transition = TRANSITIONS[action]
    if order.status not in transition.sources:
        return "status"
    return next((name for name in transition.guards if not GUARDS[name](order)), None)


def check(order: Standing, action: Action) -> OrderStatus:
    """Return the status that an order has after an action.

    Raises:
        TransitionRefused: not from here.
    """
    if guard := failing_guard(order, action):
        raise TransitionRefused(action=action, status=str(order.status), guard=guard)
    return TRANSITIONS[action].target or OrderStatus(order.status)
