"""Puts something on lines of an order that was paid before, and takes it off again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.common.outbox.publishing import publish
from kernel.orders.choices import AdjustmentKind, EventKind
from kernel.orders.events import OrderChanged, aggregate_of
from kernel.orders.models import Adjustment, Order, OrderLine
from kernel.orders.services.telling import fact_of
from kernel.orders.statuses import refresh
from kernel.orders.taxes import put_on_minor, read_shares, shares_of
from kernel.orders.timeline import Entry, write

SOURCE = "aftersales"


@dataclass(frozen=True, slots=True)
class Extra:
    """What some pieces of a line cost more.

    Attributes:
        unit_minor: for each piece, without taxes that are put on.
    """

    unit_minor: int
    pieces: int


def growth_of(line: OrderLine, extra: Extra) -> int:
    """Return by how much a line would cost more, with its taxes; touches nothing."""
    shares = read_shares(line.taxes)
    price = line.total_minor - line.tax_minor + extra.unit_minor * extra.pieces
    tax = put_on_minor(shares_of(price, shares)) if shares else line.tax_minor
    return price + tax - line.total_minor


def put_on(
    order: Order, extras: Mapping[UUID, Extra], *, reason: str, actor: Actor, now: datetime
) -> dict[UUID, dict[str, Any]]:
    """Let some pieces of lines of a locked order cost more, in the caller's transaction.

    The order owes the difference from now on, whatever its status is.

    Args:
        order: locked; it is read anew.
        extras: by line.
        reason: number of the case; what adjustments and the timeline name.
        actor: who decided it.
        now: the moment.

    Returns:
        By line what `take_off` needs to undo it.
    """
    kept: dict[UUID, dict[str, Any]] = {}
    if not extras:
        return kept
    moved = dict.fromkeys(("items", "discount", "tax", "total"), 0)
    for line in OrderLine.objects.filter(order=order, pk__in=list(extras)).order_by("pk"):
        extra = extras[line.pk]
        before = _figures(line)
        old = {"taxes": line.taxes, "tax": line.tax_minor}
        line.unit_minor += extra.unit_minor
        # The other pieces cost what they did.
        line.discount_minor += extra.unit_minor * (line.quantity - extra.pieces)
        price = line.unit_minor * line.quantity - line.discount_minor
        if shares := read_shares(line.taxes):
            counted = shares_of(price, shares)
            line.taxes, line.tax_minor = [e.stored() for e in counted], put_on_minor(counted)
        line.total_minor = price + line.tax_minor
        grown = _write(order, line, before, moved, reason)
        kept[line.pk] = {"unit": extra.unit_minor, "pieces": extra.pieces, "minor": grown, **old}
    _tell(order, moved, reason=reason, actor=actor, now=now)
    return kept


def take_off(
    order: Order,
    kept: Mapping[UUID, Mapping[str, Any]],
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Undo what `put_on` did, to the last cent; in the caller's transaction, the order locked."""
    if not kept:
        return
    moved = dict.fromkeys(("items", "discount", "tax", "total"), 0)
    for line in OrderLine.objects.filter(order=order, pk__in=list(kept)).order_by("pk"):
        told = kept[line.pk]
        before = _figures(line)
        line.unit_minor -= int(told["unit"])
        line.discount_minor -= int(told["unit"]) * (line.quantity - int(told["pieces"]))
        line.taxes, line.tax_minor = told["taxes"], int(told["tax"])
        line.total_minor = line.unit_minor * line.quantity - line.discount_minor + line.tax_minor
        _write(order, line, before, moved, reason)
    _tell(order, moved, reason=reason, actor=actor, now=now)


def _figures(line: OrderLine) -> dict[str, int]:
    return {
        "items": line.unit_minor * line.quantity,
        "discount": line.discount_minor,
        "tax": line.tax_minor,
        "total": line.total_minor,
    }


def _write(
    order: Order, line: OrderLine, before: Mapping[str, int], moved: dict[str, int], reason: str
) -> int:
    line.save(update_fields=["unit_minor", "discount_minor", "taxes", "tax_minor", "total_minor"])
    for name, minor in _figures(line).items():
        moved[name] += minor - before[name]
    grown = line.total_minor - before["total"]
    Adjustment.objects.create(
        order=order,
        line=line,
        kind=AdjustmentKind.EDIT,
        source=SOURCE,
        label=reason[:200],
        minor=grown,
    )
    return grown


def _tell(
    order: Order, moved: Mapping[str, int], *, reason: str, actor: Actor, now: datetime
) -> None:
    order.refresh_from_db()
    for name, minor in moved.items():
        setattr(order, f"{name}_minor", getattr(order, f"{name}_minor") + minor)
    order.save(update_fields=[f"{name}_minor" for name in moved])
    write([Entry(order.pk, EventKind.CHANGED, moved, {"ref": reason})], actor=actor, now=now)
    refresh([order.pk], now=now)
    order.refresh_from_db()
    # Without the hooks of a change by staff: what cases owe they give back themselves.
    publish(fact_of(OrderChanged, order), aggregate=aggregate_of(order.pk))
