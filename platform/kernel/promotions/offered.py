"""Coupons that can be taken, as the coupon page and the front page offer them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Q

from kernel.pricing.audience import includes
from kernel.pricing.groups import groups_of
from kernel.pricing.values import Buyer
from kernel.promotions.book import current_book
from kernel.promotions.choices import Channel
from kernel.promotions.conditions import ShowAmount
from kernel.promotions.models import Coupon, CouponTemplate
from kernel.promotions.offers import coupon_offer

MOST_ON_WALL: Final = 60


@dataclass(frozen=True, slots=True)
class OnWall:
    """A kind of coupon that can be taken.

    Attributes:
        held: how many this member has had.
        left: how many there are; None without a bound.
        points: what one costs; 0 for nothing.
    """

    template: CouponTemplate
    rule: str
    held: int
    left: int | None
    points: int = 0

    @property
    def may_take(self) -> bool:
        """True when there is one left for this member."""
        return self.left != 0 and self.held < self.template.per_member


def wall(
    *,
    member_id: UUID | None,
    show: ShowAmount,
    now: datetime,
    channels: Sequence[Channel] = (Channel.PAGE, Channel.POINTS),
) -> list[OnWall]:
    """Return the coupons that can be taken in some ways; at most five statements.

    A stranger is shown those for groups of members, too: he may belong to one.
    """
    ways = Q()
    for channel in channels:
        ways |= Q(channels__contains=[channel.value])
    rows = list(
        CouponTemplate.objects.filter(
            Q(takes_from=None) | Q(takes_from__lte=now),
            Q(takes_until=None) | Q(takes_until__gt=now),
            Q(valid_until=None) | Q(valid_until__gt=now),
            ways,
            is_active=True,
        ).order_by("-created_at", "-id")[:MOST_ON_WALL]
    )
    buyer = Buyer(member_id)
    if member_id is not None and any(row.audience.get("groups") for row in rows):
        buyer = Buyer(member_id, groups_of([member_id])[member_id])
    rows = [row for row in rows if member_id is None or includes(row.audience, buyer)]
    held = _held_of(member_id, rows)
    return [
        OnWall(
            template=row,
            rule=coupon_offer(row, row.pk).rule(show),
            held=held.get(row.pk, 0),
            left=None if row.total is None else row.total - row.taken_count,
            points=row.points if Channel.POINTS in row.channels else 0,
        )
        for row in rows
    ]


def popping_up(*, member_id: UUID | None, show: ShowAmount, now: datetime) -> list[OnWall]:
    """Return the coupons that the front page offers; no statement where there are no coupons.

    To a member only what he has not had; to strangers only what is for everybody.
    """
    if not current_book().is_used:
        return []
    found = wall(member_id=member_id, show=show, now=now, channels=(Channel.POPUP,))
    return [
        each
        for each in found
        if each.may_take and not each.held and (member_id is not None or not each.template.audience)
    ]


def _held_of(member_id: UUID | None, rows: Sequence[CouponTemplate]) -> dict[UUID, int]:
    if member_id is None or not rows:
        return {}
    held = Coupon.objects.filter(member_id=member_id, template__in=rows).values("template_id")
    return {row["template_id"]: row["n"] for row in held.annotate(n=Count("pk"))}
