"""Points in the ledger: earned by orders, more of them by levels, taken back by refunds."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.common.money import BASIS_POINTS, DECIMALS
from kernel.ledger.choices import AssetKind
from kernel.ledger.models import Asset, Journal
from kernel.ledger.selectors import balance
from kernel.ledger.services import Leg, Owner, ensure_asset, post, system
from kernel.levels.errors import InvalidLevel
from kernel.levels.models import POINTS, LevelPolicy, OrderPoints, Standing
from kernel.levels.services.growth import has_earned, kept_minor
from kernel.orders.models import Order
from kernel.tenancy.context import current_tenant

EARNED: Final = "points.earned"
TAKEN_BACK: Final = "points.taken_back"
SOURCE: Final = "points"
_NAMES: Final = {"zh-hans": "积分", "en": "Points"}


def points_asset(code: str) -> Asset:
    """Return what points are; the usual ones are defined when nobody did.

    Raises:
        InvalidLevel: there is no such asset, or it stands for something else than points.
    """
    asset = Asset.objects.filter(code=code).first()
    if asset is None and code == POINTS:
        return ensure_asset(POINTS, AssetKind.POINTS, _NAMES, 0)
    if asset is None or asset.kind != AssetKind.POINTS:
        raise InvalidLevel(field="points_asset")
    return asset


@transaction.atomic
def settle_points(order_id: UUID, policy: LevelPolicy, *, now: datetime) -> None:
    """Book the difference between the points that an order gave and what it is worth now.

    Asked again it changes nothing. Rate and level are those of the moment when the points
    were earned. Points that were spent meanwhile are not owed.
    """
    _begin(order_id, policy)
    row = OrderPoints.objects.select_for_update().filter(order=order_id).first()
    if row is None:
        return
    # Read after the lock: whoever held it may have been told of the order later.
    order = Order.objects.get(pk=order_id)
    asset = points_asset(row.asset)
    wanted = _worth(order, row, asset)
    owner = Owner("member", row.member_id)
    change = max(wanted - row.units, -balance(owner, asset.code))
    if change:
        row.booked += 1
        # Those that the order gave are taken back first, so that none expire in their place.
        given = Journal.objects.filter(key=_key(row, 1)).first() if change < 0 else None
        undone = given.pk if given else None
        legs = [
            Leg(owner, asset.code, change, undoes=undone),
            Leg(system(SOURCE), asset.code, -change),
        ]
        post(
            key=_key(row, row.booked),
            kind=EARNED if change > 0 else TAKEN_BACK,
            legs=legs,
            occurred_at=now,
            reference=("order", row.order_id),
            data={"number": order.number},
        )
    if wanted != row.units:
        row.units = wanted
        row.save(update_fields=["units", "booked"])


def _begin(order_id: UUID, policy: LevelPolicy) -> None:
    """Note how an order is counted when it brings points for the first time."""
    if not policy.points_per_unit or policy.points_since is None:
        return
    order = Order.objects.filter(
        pk=order_id, member__isnull=False, placed_at__gte=policy.points_since
    ).first()
    if order is None or order.member_id is None or not has_earned(order, policy):
        return
    if order.currency != current_tenant().currency:
        return
    OrderPoints.objects.bulk_create(
        [
            OrderPoints(
                order=order,
                member_id=order.member_id,
                per_unit=policy.points_per_unit,
                asset=policy.points_asset,
                factor_bp=_factor_of(order.member_id),
            )
        ],
        ignore_conflicts=True,
    )


def _key(row: OrderPoints, number: int) -> str:
    return f"points:order:{row.order_id.hex}:{number}"


def _factor_of(member_id: UUID) -> int:
    standing = Standing.objects.filter(pk=member_id, level__is_active=True)
    row = standing.select_related("level").first()
    return row.level.points_bp if row is not None and row.level is not None else BASIS_POINTS


def _worth(order: Order, row: OrderPoints, asset: Asset) -> int:
    """Return how many units of points an order is worth, rounded down."""
    units = kept_minor(order) * row.per_unit * row.factor_bp * 10**asset.scale
    return units // (10 ** DECIMALS[order.currency] * BASIS_POINTS)
