"""Delivers what needs no parcel, as soon as it is paid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.catalogue.choices import ProductKind
from kernel.fulfilment.services.dispatch import Parcel, fulfil_many
from kernel.fulfilment.services.keys import DELIVER, draw_keys
from kernel.fulfilment.services.pickup import give_codes
from kernel.orders.choices import FulfilmentMethod, FulfilmentStatus, OrderStatus, PaymentStatus
from kernel.orders.hooks import HookContext
from kernel.orders.machine import failing_guard
from kernel.orders.models import Order, OrderLine
from kernel.orders.services.locking import lock_orders
from kernel.tenancy.schedules import ask

DELIVERY: Final = Actor.system("fulfilment.digital")
_SERVED: Final = (FulfilmentMethod.PICKUP, FulfilmentMethod.VIRTUAL)
_BATCH: Final = 100
_SOON: Final = timedelta(minutes=5)
# New keys ask by themselves; this is for what held an order back otherwise.
_LATER: Final = timedelta(hours=1)


def deliver_paid(order_ids: Sequence[UUID], context: HookContext) -> None:
    """Deliver digital goods, and give codes to what is fetched; a hook of the orders.

    A payment is never refused because keys have run out: the order waits for them.
    """
    paid = Order.objects.filter(pk__in=order_ids)
    give_codes(paid.filter(method__in=_SERVED).values_list("pk", flat=True))
    digital = list(paid.filter(method=FulfilmentMethod.DIGITAL).values_list("pk", flat=True))
    if deliver_digital(digital, now=context.now) < len(digital):
        # Another payment may be drawing the last keys, and give them back.
        ask(DELIVER, context.now + _SOON)


@transaction.atomic
def deliver_digital(order_ids: Sequence[UUID], *, now: datetime) -> int:
    """Deliver what can be delivered of digital orders; return how many orders."""
    ready = [
        Parcel(order.pk, is_delivered=True)
        for order in lock_orders(order_ids)
        if failing_guard(order, "ship") is None and _keys_drawn(order, now=now)
    ]
    return len(fulfil_many(ready, actor=DELIVERY, now=now)) if ready else 0


def deliver_waiting(now: datetime) -> int:
    """Deliver paid orders that waited for keys; what the schedule calls."""
    waiting = Order.objects.filter(
        method=FulfilmentMethod.DIGITAL,
        status=OrderStatus.PLACED,
        payment_status=PaymentStatus.PAID,
        fulfilment_status=FulfilmentStatus.UNFULFILLED,
    )
    delivered, last = 0, UUID(int=0)
    while ids := list(
        waiting.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_BATCH]
    ):
        last = ids[-1]
        delivered += deliver_digital(ids, now=now)
    with transaction.atomic():
        ask(DELIVER, now + _LATER if waiting.exists() else None)
    return delivered


def _keys_drawn(order: Order, *, now: datetime) -> bool:
    """Draw every key that an order needs, or none."""
    lines = OrderLine.objects.filter(order=order, kind=ProductKind.CARD_KEY).order_by("variant_id")
    with transaction.atomic():
        for line in lines:
            if not draw_keys(line, line.quantity - line.cancelled_quantity, now=now):
                transaction.set_rollback(True)
                return False
    return True
