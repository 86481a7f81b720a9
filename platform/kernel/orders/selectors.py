"""What is read of orders, each in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q, QuerySet

from kernel.access.scopes import extent_of
from kernel.common.ids import InvalidId, parse_public_id
from kernel.inventory.models import Allocation
from kernel.members.models import Member
from kernel.orders.errors import OrderNotFound
from kernel.orders.models import (
    Adjustment,
    Order,
    OrderChange,
    OrderEvent,
    OrderGroup,
    OrderLine,
    OrderTag,
    PaymentEntry,
    StaffNote,
)


@dataclass(slots=True)
class ListedOrder:
    """An order with what a list shows of it."""

    order: Order
    lines: list[OrderLine] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)


@dataclass(slots=True)
class OrderDetail:
    """An order with everything about it."""

    order: Order
    group: OrderGroup
    lines: list[OrderLine]
    adjustments: list[Adjustment]
    payments: list[PaymentEntry]
    events: list[OrderEvent]
    tags: list[str] = field(default_factory=list)
    notes: list[StaffNote] = field(default_factory=list)
    changes: list[OrderChange] = field(default_factory=list)


def orders_of_member(member_id: UUID) -> QuerySet[Order]:
    """Return a member's orders that he did not take off his list, newest first."""
    return Order.objects.filter(member_id=member_id, hidden_at=None).order_by("-id")


def visible_orders(permission: str = "orders.view") -> QuerySet[Order]:
    """Return the orders for which whoever acts has a permission.

    All, what certain stores serve, or those of the members whom the person looks after.
    """
    extent = extent_of(permission)
    if extent is None:
        return Order.objects.all()
    parts = Allocation.objects.filter(
        order_type="order", stock_item__location__in=extent.stores or ()
    )
    own = Q(pk__in=parts.values("order_id"))
    if extent.advisor is not None:
        members = Member.objects.filter(advisor_id=extent.advisor)
        own |= Q(member__in=members.values("pk"))
    return Order.objects.filter(own)


def searched_orders(
    *,
    text: str = "",
    status: str = "",
    payment_status: str = "",
    fulfilment_status: str = "",
    tag: str = "",
    permission: str = "orders.view",
) -> QuerySet[Order]:
    """Return the orders that staff look for, newest first; what is empty narrows nothing.

    ``text`` is a number's beginning, a recipient or a telephone number. Whoever
    acts must have the permission for each of the orders.
    """
    found = visible_orders(permission).order_by("-id")
    for name, value in (
        ("status", status),
        ("payment_status", payment_status),
        ("fulfilment_status", fulfilment_status),
    ):
        if value:
            found = found.filter(**{name: value})
    if tag:
        found = found.filter(pk__in=OrderTag.objects.filter(name=tag).values("order_id"))
    if text:
        found = found.filter(
            Q(number__startswith=text) | Q(address__phone=text) | Q(address__name=text)
        )
    return found


def listed(orders: Sequence[Order], *, with_tags: bool = False) -> list[ListedOrder]:
    """Return orders with their lines: one query more, two with tags."""
    found = {order.pk: ListedOrder(order) for order in orders}
    for line in OrderLine.objects.filter(order_id__in=found).order_by("order_id", "position"):
        found[line.order_id].lines.append(line)
    if with_tags:
        for order_id, names in tags_of(found).items():
            found[order_id].tags = names
    return list(found.values())


def tags_of(order_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Return the tags of orders."""
    found: dict[UUID, list[str]] = defaultdict(list)
    rows = OrderTag.objects.filter(order_id__in=list(order_ids)).order_by("name")
    for order_id, name in rows.values_list("order_id", "name"):
        found[order_id].append(name)
    return found


def member_order(member_id: UUID, text: str) -> Order:
    """Return a member's own order by its number or public id.

    Raises:
        OrderNotFound: there is none, or it is another's.
    """
    return _one(Order.objects.filter(_named(text), member_id=member_id))


def guest_order(group_id: UUID, text: str) -> Order:
    """Return an order that was placed without an account, by its number or public id.

    Raises:
        OrderNotFound: there is none, it was not placed with the others, or it is a member's.
    """
    return _one(Order.objects.filter(_named(text), group_id=group_id, member=None))


def member_group(member_id: UUID, text: str) -> OrderGroup:
    """Return a member's own group by its number or public id.

    Raises:
        OrderNotFound: there is none, or it is another's.
    """
    found = OrderGroup.objects.filter(_named(text, prefix="grp"), member_id=member_id).first()
    if found is None:
        raise OrderNotFound
    return found


def staff_order(text: str, permission: str = "orders.view") -> Order:
    """Return an order by its number or public id, for which whoever acts has a permission.

    Raises:
        OrderNotFound: there is none, or whoever acts may not see it.
    """
    return _one(visible_orders(permission).filter(_named(text)))


def detail_of(order: Order, *, for_staff: bool = False) -> OrderDetail:
    """Return everything about an order: five queries, eight for staff."""
    detail = OrderDetail(
        order=order,
        group=OrderGroup.objects.get(pk=order.group_id),
        lines=list(OrderLine.objects.filter(order=order).order_by("position")),
        adjustments=list(Adjustment.objects.filter(order=order).order_by("id")),
        payments=list(PaymentEntry.objects.filter(order=order).order_by("id")),
        events=list(OrderEvent.objects.filter(order=order).order_by("id")),
    )
    if for_staff:
        detail.tags = tags_of([order.pk]).get(order.pk, [])
        detail.notes = list(StaffNote.objects.filter(order=order).order_by("id"))
        detail.changes = list(OrderChange.objects.filter(order=order).order_by("id"))
    return detail


def _named(text: str, *, prefix: str = "ord") -> Q:
    try:
        return Q(pk=parse_public_id(prefix, text))
    except InvalidId:
        return Q(number=text.replace("\x00", "")[:44])


def _one(found: QuerySet[Order]) -> Order:
    order = found.first()
    if order is None:
        raise OrderNotFound
    return order
