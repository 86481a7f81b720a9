"""What promotions tell others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.common.outbox.events import Event, register_event


@register_event
@dataclass(frozen=True, slots=True)
class PromotionChanged(Event):
    """A promotion was made or changed."""

    name: ClassVar[str] = "promotions.promotion_changed"

    promotion_id: UUID
    change: str


@register_event
@dataclass(frozen=True, slots=True)
class CouponTemplateChanged(Event):
    """A kind of coupon was made or changed."""

    name: ClassVar[str] = "promotions.coupon_template_changed"

    template_id: UUID
    change: str


@register_event
@dataclass(frozen=True, slots=True)
class CouponsTaken(Event):
    """Members came by coupons of one kind.

    Attributes:
        channel: see `kernel.promotions.choices.Channel`.
    """

    name: ClassVar[str] = "promotions.coupons_taken"

    template_id: UUID
    member_ids: list[UUID]
    channel: str
