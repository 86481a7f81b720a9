"""Members find reviews helpful."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel.reviews.choices import ReviewState
from kernel.reviews.errors import OwnReview, UnknownReview
from kernel.reviews.models import HelpfulVote, Review
from kernel.reviews.services.telling import tell


@transaction.atomic
def vote(review_id: UUID, *, member_id: UUID, now: datetime) -> Review:
    """Find a review helpful; once more changes nothing.

    Raises:
        UnknownReview: it is not shown.
        OwnReview: the member wrote it.
    """
    row = _shown(review_id)
    if row.member_id == member_id:
        raise OwnReview
    if not HelpfulVote.objects.filter(review=row, member=member_id).exists():
        HelpfulVote.objects.create(review=row, member_id=member_id, at=now)
        _count(row, 1)
    return row


@transaction.atomic
def withdraw_vote(review_id: UUID, *, member_id: UUID) -> Review:
    """Take a vote back; where there is none, nothing changes.

    Raises:
        UnknownReview: the review is not shown.
    """
    row = _shown(review_id)
    gone, _tables = HelpfulVote.objects.filter(review=row, member=member_id).delete()
    if gone:
        _count(row, -1)
    return row


def _shown(review_id: UUID) -> Review:
    rows = Review.objects.select_for_update(no_key=True)
    row = rows.filter(pk=review_id, state=ReviewState.PUBLISHED).first()
    if row is None:
        raise UnknownReview
    return row


def _count(row: Review, change: int) -> None:
    row.helpful += change
    row.save(update_fields=["helpful"])
    tell(row, "voted")
