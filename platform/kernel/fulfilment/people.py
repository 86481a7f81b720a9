"""Proofs of arrivals of members who go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kernel.fulfilment.services.proving import drop_proofs
from kernel.orders.choices import OrderStatus
from kernel.orders.hooks import HookContext
from kernel.orders.models import Order

_OVER = (OrderStatus.COMPLETED, OrderStatus.CANCELLED)


def forget(member_id: UUID, now: datetime) -> None:
    """Erase who took a person's parcels, and where they lay; joined to the erasing of members.

    What is still on its way is kept until it has ended.
    """
    over = Order.objects.filter(member_id=member_id, status__in=_OVER)
    drop_proofs(list(over.values_list("pk", flat=True)))


def forget_ended(order_ids: Sequence[UUID], context: HookContext) -> None:
    """Erase the same of orders that have just ended, if their member has gone meanwhile."""
    left = Order.objects.filter(pk__in=order_ids, member__anonymised_at__isnull=False)
    if gone := list(left.values_list("pk", flat=True)):
        drop_proofs(gone)
