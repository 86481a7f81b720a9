"""An order beside what it would be after a change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.access.masks import shown_contact
from kernel.backoffice.orders.change_forms import ADDRESS
from kernel.backoffice.orders.selectors import FIGURES
from kernel.orders.models import Order, OrderChange
from kernel.orders.services.editing import EditedLine
from kernel.orders.services.edits import preview_change


@dataclass(frozen=True, slots=True)
class LineBeside:
    """A line, as it is and as it would be; 0 pieces for one that comes or goes."""

    title: str
    sku: str
    quantity: tuple[int, int]
    unit_minor: tuple[int, int]
    total_minor: tuple[int, int]

    @property
    def is_changed(self) -> bool:
        """True when something of it would differ."""
        pairs = (self.quantity, self.unit_minor, self.total_minor)
        return any(before != after for before, after in pairs)


@dataclass(frozen=True, slots=True)
class Beside:
    """What a change would mean.

    Attributes:
        figures: label, before, after, in minor units.
        texts: label, before, after, of recipient and note; those that differ.
        to_pay_minor: what the buyer would still have to pay.
        to_refund_minor: what would go back.
    """

    lines: list[LineBeside]
    figures: list[tuple[str, Promise, int, int]]
    texts: list[tuple[Promise | str, str, str]]
    to_pay_minor: int
    to_refund_minor: int
    is_outdated: bool


def compared(order: Order, change: OrderChange, *, now: datetime) -> Beside:
    """Return an order beside itself after a change.

    Raises:
        TransitionRefused: the order cannot be changed any more.
        ChangeRefused: an operation is impossible by now.
    """
    seen = preview_change(order, change.operations, now=now)
    kept = order.paid_minor - order.refunded_minor
    due = seen.after["total"] - kept
    return Beside(
        lines=[_line(line) for line in seen.edited.lines],
        figures=list(_figures(seen.before, seen.after)),
        texts=list(_texts(order, seen.edited.address, seen.edited.note)),
        to_pay_minor=max(due, 0),
        to_refund_minor=max(-due, 0),
        is_outdated=order.version != change.order_version or dict(seen.after) != change.after,
    )


def _line(line: EditedLine) -> LineBeside:
    row = line.line
    goods = row.snapshot if row is not None else line.goods.snapshot() if line.goods else {}
    title, variant = str(goods.get("title", "")), str(goods.get("variant", ""))
    return LineBeside(
        title=f"{title} · {variant}" if variant else title,
        sku=str(goods.get("sku", "")),
        quantity=(row.quantity if row else 0, line.quantity),
        unit_minor=(row.unit_minor if row else line.unit_minor, line.unit_minor),
        total_minor=(row.total_minor if row else 0, line.total_minor),
    )


def _figures(
    before: Mapping[str, int], after: Mapping[str, int]
) -> Iterator[tuple[str, Promise, int, int]]:
    for name, minor in before.items():
        if minor or after[name] or name == "total":
            yield name, FIGURES[name], minor, after[name]


def _texts(
    order: Order, address: Mapping[str, str], note: str
) -> Iterator[tuple[Promise | str, str, str]]:
    for name, (label, _most) in ADDRESS.items():
        was, new = str(order.address.get(name, "")), str(address.get(name, ""))
        if was != new:
            hide = shown_contact if name == "phone" else str
            yield label, hide(was), hide(new)
    if order.note != note:
        yield _("The buyer's note"), order.note, note
