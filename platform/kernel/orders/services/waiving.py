"""Takes off an order what its buyer need not pay after all; stops and starts its clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from kernel.audit.actor import Actor
from kernel.orders.choices import EventKind, FulfilmentStatus, OrderStatus
from kernel.orders.events import OrderWaived
from kernel.orders.models import Order, OrderLine
from kernel.orders.services.telling import tell
from kernel.orders.statuses import KEEP_HOUSE, refresh
from kernel.orders.timeline import Entry, write
from kernel.tenancy.schedules import ask


@dataclass(frozen=True, slots=True)
class Waived:
    """What is taken off one line.

    Attributes:
        minor: how much of its total.
        returned: so many pieces came back.
        cancelled: so many pieces will not be shipped.
    """

    minor: int = 0
    returned: int = 0
    cancelled: int = 0


def waive(
    order: Order,
    lines: Mapping[UUID, Waived],
    *,
    freight_minor: int = 0,
    data: Mapping[str, object],
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """Take amounts and pieces off a locked order, in the caller's transaction.

    Constraints see to it that no line, nor the freight, loses more than it costs. The
    hooks of ``waived`` run: there those take back their part who gave something for it.

    Args:
        order: locked; it is read anew.
        lines: what is taken off each.
        freight_minor: what is taken off the freight.
        data: what the timeline tells beside.
        actor: who decided it.
        now: the moment.
        reason: for the hooks.
    """
    for key in sorted(lines):
        each = lines[key]
        OrderLine.objects.filter(pk=key, order=order).update(
            waived_minor=F("waived_minor") + each.minor,
            returned_quantity=F("returned_quantity") + each.returned,
            cancelled_quantity=F("cancelled_quantity") + each.cancelled,
        )
    total = sum(each.minor for each in lines.values()) + freight_minor
    Order.objects.filter(pk=order.pk).update(
        waived_minor=F("waived_minor") + total,
        waived_freight_minor=F("waived_freight_minor") + freight_minor,
    )
    entry = Entry(order.pk, EventKind.AFTER_SALE, {"waived": total}, data)
    write([entry], actor=actor, now=now)
    refresh([order.pk], now=now)
    order.refresh_from_db()
    tell(
        OrderWaived,
        "waived",
        [order],
        actor=actor,
        now=now,
        reason=reason,
        waived_minor=order.waived_minor,
    )


def note_after_sale(
    order_id: UUID, data: Mapping[str, object], *, actor: Actor, now: datetime
) -> None:
    """Write an entry into the timeline that moves no figure."""
    write([Entry(order_id, EventKind.AFTER_SALE, data=data)], actor=actor, now=now)


def hold_clock(order_id: UUID, *, now: datetime) -> None:
    """Let nothing happen to an order by the clock until `let_clock_run`."""
    Order.objects.filter(pk=order_id, held_at=None).update(held_at=now)


def let_clock_run(order: Order, *, now: datetime) -> None:
    """Let a locked order's terms go on, by as much later as they were held."""
    if order.held_at is None:
        return
    late = max(now - order.held_at, now - now)
    for name in ("receives_at", "completes_at"):
        at = getattr(order, name)
        setattr(order, name, None if at is None else at + late)
    order.held_at = None
    order.save(update_fields=["receives_at", "completes_at", "held_at"])
    if order.status == OrderStatus.PLACED:
        due = {
            FulfilmentStatus.FULFILLED: order.receives_at,
            FulfilmentStatus.DELIVERED: order.completes_at,
        }
        ask(KEEP_HOUSE, due.get(FulfilmentStatus(order.fulfilment_status)))
