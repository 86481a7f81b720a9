"""Where an order stands, in the buyer's words; and the lists that follow from it."""

from __future__ import annotations

from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from kernel.orders.choices import (
    FulfilmentMethod,
    FulfilmentStatus,
    OrderStatus,
    PaymentStatus,
)
from kernel.orders.models import Order

OVER: Final = frozenset({OrderStatus.COMPLETED, OrderStatus.CANCELLED})
_UNPAID: Final = (PaymentStatus.UNPAID, PaymentStatus.PART_PAID)
_CERTAIN: Final = (PaymentStatus.PAID, PaymentStatus.PART_REFUNDED, PaymentStatus.AUTHORISED)

FILTERS: Final = {
    "unpaid": Q(status=OrderStatus.PLACED, payment_status__in=_UNPAID),
    "unshipped": Q(
        status=OrderStatus.PLACED,
        payment_status__in=_CERTAIN,
        fulfilment_status__in=(FulfilmentStatus.UNFULFILLED, FulfilmentStatus.PARTIAL),
    ),
    "shipped": Q(
        status=OrderStatus.PLACED,
        fulfilment_status__in=(FulfilmentStatus.PARTIAL, FulfilmentStatus.FULFILLED),
    ),
    "completed": Q(status=OrderStatus.COMPLETED)
    | Q(status=OrderStatus.PLACED, fulfilment_status=FulfilmentStatus.DELIVERED),
    "cancelled": Q(status=OrderStatus.CANCELLED),
}
"""Which orders each list of the buyer's shows; a partly shipped one stands in two."""


def filter_labels() -> dict[str, str]:
    """Return what each list is called; all of them first."""
    return {
        "": _("All"),
        "unpaid": _("To pay"),
        "unshipped": _("To ship"),
        "shipped": _("To receive"),
        "completed": _("Received"),
        "cancelled": _("Cancelled"),
    }


def standing(order: Order) -> tuple[str, str]:
    """Return a tone (open, good, over) and the one word that matters to the buyer."""
    if order.payment_status == PaymentStatus.REFUNDED:
        return "over", _("Refunded")
    if order.status == OrderStatus.CANCELLED:
        return "over", _("Cancelled")
    if order.status == OrderStatus.COMPLETED:
        return "good", _("Completed")
    if order.fulfilment_status == FulfilmentStatus.UNFULFILLED:
        return _before_shipping(order)
    texts = {
        FulfilmentStatus.PARTIAL: ("open", _("Partly shipped")),
        FulfilmentStatus.FULFILLED: ("open", _("On its way")),
        FulfilmentStatus.DELIVERED: ("good", _("Received")),
        FulfilmentStatus.RETURNED: ("over", _("Returned")),
    }
    return texts[FulfilmentStatus(order.fulfilment_status)]


def _before_shipping(order: Order) -> tuple[str, str]:
    if order.payment_status in _UNPAID:
        return "open", _("Waiting for payment")
    if order.method == FulfilmentMethod.PICKUP:
        return "open", _("Ready to be picked up")
    return "open", _("Being prepared")


def is_unpaid(order: Order) -> bool:
    """Tell whether the buyer has to pay."""
    return order.status == OrderStatus.PLACED and order.payment_status in _UNPAID
