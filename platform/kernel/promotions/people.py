"""Coupons of members who turn out to be one, or who go."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.promotions.choices import CouponState
from kernel.promotions.models import Coupon, Use


def hand_over(kept_id: UUID, absorbed_id: UUID, actor: Actor, now: datetime) -> None:
    """Give the coupons of one account to another; joined to the merging of members."""
    Coupon.objects.filter(member_id=absorbed_id).update(member_id=kept_id)
    Use.objects.filter(member_id=absorbed_id).update(member_id=kept_id)


def forget(member_id: UUID, now: datetime) -> None:
    """Withdraw what a person who goes could still use; joined to the erasing of members."""
    usable = Coupon.objects.filter(member_id=member_id, state=CouponState.UNUSED)
    usable.update(state=CouponState.REVOKED)
