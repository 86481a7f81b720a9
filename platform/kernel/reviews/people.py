"""Reviews of members who turn out to be one, or who go."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import F

from kernel.audit.actor import Actor
from kernel.reviews.models import HelpfulVote, Review
from kernel.reviews.services.telling import tell


def hand_over(kept_id: UUID, absorbed_id: UUID, actor: Actor, now: datetime) -> None:
    """Give the reviews and votes of one account to another; joined to the merging of members."""
    Review.objects.filter(member_id=absorbed_id).update(member_id=kept_id)
    own = HelpfulVote.objects.filter(member_id=kept_id).values("review")
    twice = HelpfulVote.objects.filter(member_id=absorbed_id, review__in=own)
    Review.objects.filter(pk__in=list(twice.values_list("review", flat=True))).update(
        helpful=F("helpful") - 1
    )
    twice.delete()
    HelpfulVote.objects.filter(member_id=absorbed_id).update(member_id=kept_id)


def forget(member_id: UUID, now: datetime) -> None:
    """Leave what a person who goes has said without a name; joined to the erasing of members."""
    rows = Review.objects.filter(member_id=member_id).exclude(author="")
    named = list(rows.order_by("pk"))
    rows.update(author="")
    for row in named:
        tell(row, "anonymised")
