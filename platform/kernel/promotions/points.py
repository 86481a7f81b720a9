"""Points in the ledger: what a coupon costs that is had for points."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from kernel.ledger.errors import InsufficientBalance, UnknownAsset
from kernel.ledger.models import Journal
from kernel.ledger.services import Leg, Owner, balance, post, reverse, system
from kernel.promotions.errors import NotEnoughPoints

ASSET: Final = "points"
SOURCE: Final = "coupons"
PAID: Final = "coupon.taken"


def points_of(member_id: UUID) -> int:
    """Return how many points a member can spend."""
    return balance(Owner("member", member_id), ASSET)


def pay_points(member_id: UUID, points: int, *, coupon_id: UUID, now: datetime) -> None:
    """Take what a coupon costs off a member's points, once.

    Raises:
        NotEnoughPoints: there are fewer, or the shop has no points.
    """
    owner = Owner("member", member_id)
    legs = [Leg(owner, ASSET, -points), Leg(system(SOURCE), ASSET, points)]
    try:
        post(key=_key(coupon_id), kind=PAID, legs=legs, occurred_at=now)
    except (InsufficientBalance, UnknownAsset):
        raise NotEnoughPoints(points=points) from None


def return_points(coupon_id: UUID, *, reason: str, now: datetime) -> None:
    """Give back what a coupon had cost, with the dates on which it expires; once."""
    key = _key(coupon_id)
    paid = Journal.objects.filter(key=key).values_list("pk", flat=True).first()
    if paid is not None:
        reverse(paid, key=f"{key}:back", reason=reason, occurred_at=now)


def _key(coupon_id: UUID) -> str:
    return f"coupon:{coupon_id.hex}"
