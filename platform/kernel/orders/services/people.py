"""Orders of members who turn out to be one, or who go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.orders.choices import OrderStatus
from kernel.orders.hooks import HookContext
from kernel.orders.models import Order, OrderChange, OrderGroup

_OVER: Final = (OrderStatus.COMPLETED, OrderStatus.CANCELLED)
# Where something went stays, for the figures of the shop; to whom does not.
_KEPT: Final = ("country", "region_code", "region")


def hand_over(kept_id: UUID, absorbed_id: UUID, actor: Actor, now: datetime) -> None:
    """Give the orders of one account to another; joined to the merging of members."""
    OrderGroup.objects.filter(member_id=absorbed_id).update(member_id=kept_id)
    Order.objects.filter(member_id=absorbed_id).update(member_id=kept_id)


def forget(member_id: UUID, now: datetime) -> None:
    """Erase a person from his orders that are over; joined to the erasing of members.

    What is still on its way keeps its address until it has ended.
    """
    OrderGroup.objects.filter(member_id=member_id).update(email="", phone="")
    _erase(Order.objects.filter(member_id=member_id, status__in=_OVER).values_list("pk", flat=True))


def forget_ended(order_ids: Sequence[UUID], context: HookContext) -> None:
    """Erase from orders that have just ended whoever has gone in the meantime."""
    left = Order.objects.filter(pk__in=order_ids, member__anonymised_at__isnull=False)
    _erase(left.values_list("pk", flat=True))


def _erase(order_ids: Iterable[UUID]) -> None:
    rows = list(Order.objects.select_for_update().filter(pk__in=list(order_ids)).order_by("pk"))
    for order in rows:
        order.address = {name: order.address[name] for name in _KEPT if name in order.address}
        order.note = ""
    Order.objects.bulk_update(rows, ["address", "note"], batch_size=500)
    changes = list(OrderChange.objects.filter(order__in=rows).order_by("pk"))
    for change in changes:
        change.operations = [_plain(operation) for operation in change.operations]
    OrderChange.objects.bulk_update(changes, ["operations"], batch_size=500)


def _plain(operation: dict[str, object]) -> dict[str, object]:
    return {
        name: value for name, value in operation.items() if name not in {"address", "note", "text"}
    }
