"""Searches of members who turn out to be one, or who go."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.search.models import RememberedSearch
from kernel.search.services import forget_history


def hand_over(kept_id: UUID, absorbed_id: UUID, actor: Actor, now: datetime) -> None:
    """Give what one account searched for to another; joined to the merging of members."""
    own = RememberedSearch.objects.filter(member=kept_id).values("text")
    RememberedSearch.objects.filter(member=absorbed_id).exclude(text__in=own).update(
        member_id=kept_id
    )
    forget_history(absorbed_id)


def forget(member_id: UUID, now: datetime) -> None:
    """Forget what a person who goes searched for; joined to the erasing of members."""
    forget_history(member_id)
