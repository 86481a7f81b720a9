"""Writers take their reviews back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel.catalogue.sent import drop_sent
from kernel.media.services.files import delete_later
from kernel.reviews.choices import ReviewState
from kernel.reviews.errors import UnknownReview
from kernel.reviews.models import Review, ReviewPicture
from kernel.reviews.rewards import take_back
from kernel.reviews.scores import count_in
from kernel.reviews.services.pictures import PICTURE_USE
from kernel.reviews.services.telling import locked, tell


@transaction.atomic
def withdraw(review_id: UUID, *, member_id: UUID, now: datetime) -> None:
    """Delete one's own review, with its pictures and votes; it can be written anew.

    What was given for it is taken back, as far as it is left.

    Raises:
        UnknownReview: it is not the member's.
    """
    row = locked(review_id)
    if row.member_id != member_id:
        raise UnknownReview
    remove(row, now=now)


def remove(row: Review, *, now: datetime) -> None:
    """Delete a locked review and its files, which go with the commit."""
    if row.state == ReviewState.PUBLISHED:
        count_in([row], times=-1)
    take_back(row, now=now)
    pictures = ReviewPicture.objects.filter(review=row)
    drop_sent(PICTURE_USE, list(pictures.values_list("pk", flat=True)))
    delete_later([row.video] if row.video else [])
    tell(row, "withdrawn")
    Review.objects.filter(pk=row.pk).delete()
