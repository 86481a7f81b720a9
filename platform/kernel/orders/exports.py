"""Orders as rows of a spreadsheet: one row for each line, read in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kernel.access.masks import contact_mask
from kernel.common.csv import csv_lines
from kernel.common.money import Money
from kernel.orders.models import Order
from kernel.orders.selectors import ListedOrder, listed

_BATCH: Final = 500


def order_line_rows(orders: QuerySet[Order]) -> Iterator[list[object]]:
    """Return the rows, headings first; memory does not grow with the orders.

    Contacts are shown as whoever acts now may see them.
    """
    return _rows(orders, contact_mask())


def order_lines_csv(orders: QuerySet[Order]) -> Iterator[str]:
    """Yield the lines of a CSV file."""
    return csv_lines(order_line_rows(orders))


def _rows(orders: QuerySet[Order], shown: Callable[[str], str]) -> Iterator[list[object]]:
    yield [
        _("Order number"),
        _("Placed at"),
        _("Status"),
        _("Payment"),
        _("Shipping"),
        _("Recipient"),
        _("Telephone"),
        _("Region"),
        _("Delivery address"),
        _("SKU"),
        _("Goods"),
        _("Variant"),
        _("Quantity"),
        _("Unit price"),
        _("Line total"),
        _("Freight"),
        _("Order total"),
        _("Currency"),
        _("Note"),
    ]
    last = UUID(int=0)
    while batch := list(orders.filter(pk__gt=last).order_by("pk")[:_BATCH]):
        last = batch[-1].pk
        for found in listed(batch):
            yield from _rows_of(found, shown)


def _rows_of(found: ListedOrder, shown: Callable[[str], str]) -> Iterator[list[object]]:
    order = found.order

    def amount(minor: int) -> str:
        return Money(minor, order.currency).decimal()

    for line in found.lines:
        if not line.quantity:
            continue
        yield [
            order.number,
            order.placed_at.isoformat(timespec="seconds"),
            order.get_status_display(),
            order.get_payment_status_display(),
            order.get_fulfilment_status_display(),
            order.address.get("name", ""),
            shown(str(order.address.get("phone", ""))),
            order.address.get("region", ""),
            order.address.get("line", ""),
            line.snapshot.get("sku", ""),
            line.snapshot.get("title", ""),
            line.snapshot.get("variant", ""),
            line.quantity,
            amount(line.unit_minor),
            amount(line.total_minor),
            amount(order.freight_minor),
            amount(order.total_minor),
            order.currency,
            order.note,
        ]
