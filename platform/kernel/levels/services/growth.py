"""Growth in the ledger: earned by orders, taken back by refunds, given by hand and by modules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.common.money import DECIMALS
from kernel.common.outbox.publishing import publish
from kernel.ledger.choices import AssetKind
from kernel.ledger.selectors import balance
from kernel.ledger.services import Leg, Owner, ensure_asset, post, system
from kernel.levels.choices import EarnsOn
from kernel.levels.events import MemberGrew
from kernel.levels.facts import GROWTH
from kernel.levels.models import LevelPolicy, OrderGrowth
from kernel.orders.choices import OrderStatus
from kernel.orders.models import Order
from kernel.tenancy.context import current_tenant

EARNED: Final = "growth.earned"
TAKEN_BACK: Final = "growth.taken_back"
SOURCE: Final = "growth"
_NAMES: Final = {"zh-hans": "成长值", "en": "Growth"}


def growth_asset() -> None:
    """Define growth, unless it is there."""
    ensure_asset(GROWTH, AssetKind.GROWTH, _NAMES, 0)


def growth_of(member_id: UUID) -> int:
    """Return the growth of a member."""
    return balance(Owner("member", member_id), GROWTH)


@transaction.atomic
def grow(member_id: UUID, units: int, *, key: str, now: datetime, kind: str = EARNED) -> None:
    """Give a member growth, once for a key; what modules call, and checks in among them.

    Args:
        member_id: whose.
        units: how much; nothing at all is not booked.
        key: names what it is for, as in the ledger.
        now: the moment.
        kind: of the journal, as statements show it.
    """
    if units <= 0:
        return
    growth_asset()
    legs = [Leg(Owner("member", member_id), GROWTH, units), Leg(system(SOURCE), GROWTH, -units)]
    post(key=key, kind=kind, legs=legs, occurred_at=now)
    publish(MemberGrew(member_id=member_id), aggregate=f"member:{member_id}")


@transaction.atomic
def settle_order(order_id: UUID, policy: LevelPolicy, *, now: datetime) -> UUID | None:
    """Book the difference between the growth that an order gave and what it is worth now.

    Asked again it changes nothing. What was spent of it meanwhile, by hand, is not owed.

    Returns:
        The member whom it concerns, or None.
    """
    order = Order.objects.filter(pk=order_id, member__isnull=False).first()
    if order is None or order.member_id is None:
        return None
    if order.currency != current_tenant().currency:
        return order.member_id
    if has_earned(order, policy) and policy.growth_per_unit:
        OrderGrowth.objects.bulk_create(
            [OrderGrowth(order=order, member_id=order.member_id, per_unit=policy.growth_per_unit)],
            ignore_conflicts=True,
        )
    row = OrderGrowth.objects.select_for_update().filter(order=order).first()
    if row is None:
        return order.member_id
    # Read again: whoever held the lock may have been told of the order later.
    order.refresh_from_db()
    wanted = kept_minor(order) * row.per_unit // 10 ** DECIMALS[order.currency]
    change = max(wanted - row.units, -growth_of(row.member_id))
    if change:
        _book(row, change, now=now)
    if wanted != row.units:
        row.units = wanted
        row.save(update_fields=["units", "booked"])
    return row.member_id


def settle_orders(order_ids: Sequence[UUID], policy: LevelPolicy, *, now: datetime) -> set[UUID]:
    """Settle some orders, in the order of their ids; return the members whom they concern."""
    found = {settle_order(key, policy, now=now) for key in sorted(order_ids)}
    return {key for key in found if key is not None}


def unsettled(member_ids: Sequence[UUID]) -> list[UUID]:
    """Return the paid orders of members of which no growth was ever booked."""
    rows = Order.objects.filter(member__in=member_ids, paid_at__isnull=False)
    known = OrderGrowth.objects.filter(member__in=member_ids).values("order_id")
    return list(rows.exclude(pk__in=known).values_list("pk", flat=True))


def _book(row: OrderGrowth, change: int, *, now: datetime) -> None:
    growth_asset()
    row.booked += 1
    owner = Owner("member", row.member_id)
    post(
        key=f"growth:order:{row.order_id.hex}:{row.booked}",
        kind=EARNED if change > 0 else TAKEN_BACK,
        legs=[Leg(owner, GROWTH, change), Leg(system(SOURCE), GROWTH, -change)],
        occurred_at=now,
        reference=("order", row.order_id),
    )


def has_earned(order: Order, policy: LevelPolicy) -> bool:
    """Tell whether an order is as far as the shop wants before it brings anything."""
    if order.paid_at is None or order.status == OrderStatus.CANCELLED:
        return False
    if policy.earns_on == EarnsOn.RECEIVED:
        return order.delivered_at is not None
    if policy.earns_on == EarnsOn.COMPLETED:
        return order.status == OrderStatus.COMPLETED
    return True


def kept_minor(order: Order) -> int:
    """Return what was paid for the goods of an order and not paid back."""
    if order.status == OrderStatus.CANCELLED:
        return 0
    return max(order.paid_minor - order.refunded_minor - order.freight_minor, 0)
