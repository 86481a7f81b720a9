"""What orders write into the ledger; the README beside this holds the accounts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from kernel.common.money import split_minor
from kernel.ledger.purposes import register_purpose
from kernel.ledger.services import Entry, Leg, post_bulk, system
from kernel.orders.models import Order

SOLD: Final = "orders.sold"
GOODS: Final = "orders.goods"
FREIGHT: Final = "orders.freight"
TAX: Final = "orders.tax"
REFUNDS: Final = "orders.refunds"


def name_accounts() -> None:
    """Tell the ledger how people call the accounts; called while apps are loaded."""
    register_purpose(SOLD, _("Paid orders"))
    register_purpose(GOODS, _("Sales of goods"))
    register_purpose(FREIGHT, _("Freight taken"))
    register_purpose(TAX, _("Taxes taken"))
    register_purpose(REFUNDS, _("Refunds of orders"))


def book_payments(shares: Iterable[tuple[Order, int]], *, reference: str, now: datetime) -> None:
    """Write down what was sold with the money that came, to the last cent.

    Args:
        shares: order, and how much of it was paid now, in minor units.
        reference: of the payment.
        now: the moment.
    """
    entries = [
        Entry(
            key=f"orders:paid:{order.pk.hex}:{reference}",
            kind="orders.paid",
            legs=_sold(order, minor),
            occurred_at=now,
            reference=("order", order.pk),
            data={"number": order.number},
        )
        for order, minor in shares
        if minor
    ]
    if entries:
        post_bulk(entries, now=now)


def book_refund(order: Order, minor: int, *, reference: str, now: datetime) -> None:
    """Write down that money of an order went back; a negative amount that it came back again."""
    asset = order.currency.lower()
    entry = Entry(
        key=f"orders:{'refunded' if minor > 0 else 'returned'}:{order.pk.hex}:{reference}",
        kind="orders.refunded",
        legs=[Leg(system(SOLD), asset, minor), Leg(system(REFUNDS), asset, -minor)],
        occurred_at=now,
        reference=("order", order.pk),
        data={"number": order.number},
    )
    post_bulk([entry], now=now)


def _sold(order: Order, minor: int) -> list[Leg]:
    """Divide a payment by what the order is made of; the whole total divides exactly."""
    asset = order.currency.lower()
    goods = order.items_minor - order.discount_minor
    parts = split_minor(minor, [goods, order.freight_minor, order.tax_minor])
    return [
        Leg(system(SOLD), asset, -minor),
        *(
            Leg(system(account), asset, part)
            for account, part in zip((GOODS, FREIGHT, TAX), parts, strict=True)
        ),
    ]
