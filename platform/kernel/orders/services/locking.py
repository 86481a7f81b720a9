"""Locks orders: groups first, then orders, each in the order of their primary keys."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kernel.orders.errors import OrderNotFound
from kernel.orders.models import Order, OrderGroup


def lock_orders(order_ids: Iterable[UUID]) -> list[Order]:
    """Lock orders and their groups; two statements.

    Raises:
        OrderNotFound: one does not exist.
    """
    wanted = set(order_ids)
    group_ids = set(Order.objects.filter(pk__in=wanted).values_list("group_id", flat=True))
    _lock_groups(group_ids)
    found = _locked(Order.objects.filter(pk__in=wanted))
    if len(found) != len(wanted):
        raise OrderNotFound
    return found


def lock_order(order_id: UUID) -> Order:
    """Lock one order and its group.

    Raises:
        OrderNotFound: there is none.
    """
    return lock_orders([order_id])[0]


def lock_group(group_id: UUID) -> list[Order]:
    """Lock a group and its orders, and return these.

    Raises:
        OrderNotFound: there is no such group.
    """
    if not _lock_groups({group_id}):
        raise OrderNotFound
    return _locked(Order.objects.filter(group_id=group_id))


def _lock_groups(group_ids: set[UUID]) -> int:
    groups = OrderGroup.objects.select_for_update(no_key=True).filter(pk__in=group_ids)
    return len(groups.order_by("pk").values_list("pk", flat=True))


def _locked(orders: object) -> list[Order]:
    return list(orders.select_for_update(no_key=True).order_by("pk"))  # type: ignore[attr-defined]
