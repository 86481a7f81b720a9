"""Levels, growth and segments of members who turn out to be one, or who go."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.levels.models import OrderGrowth, OrderPoints
from kernel.levels.services import reviewing, segments


def hand_over(kept_id: UUID, absorbed_id: UUID, actor: Actor, now: datetime) -> None:
    """Give what one account has to another; growth and points move in the ledger."""
    for gifts in (OrderGrowth, OrderPoints):
        gifts.objects.filter(member_id=absorbed_id).update(member_id=kept_id)
    reviewing.hand_over(kept_id, absorbed_id, actor, now)
    segments.hand_over(kept_id, absorbed_id, actor, now)


def forget(member_id: UUID, now: datetime) -> None:
    """Leave nothing by which a person who goes is gathered with others."""
    reviewing.forget(member_id, now)
    segments.forget(member_id, now)
