"""Buyers who turn out to be one, in the figures."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.analytics.models import BuyerDay
from kernel.audit.actor import Actor


def hand_over(kept_id: UUID, absorbed_id: UUID, actor: Actor, now: datetime) -> None:
    """Count two accounts as one buyer from now on; joined to the merging of members."""
    own = BuyerDay.objects.filter(who=kept_id).values("day")
    BuyerDay.objects.filter(who=absorbed_id, day__in=own).delete()
    BuyerDay.objects.filter(who=absorbed_id).update(who=kept_id)
