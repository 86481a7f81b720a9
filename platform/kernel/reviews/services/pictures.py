"""Pictures in reviews."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from kernel.catalogue.sent import keep_sent, rendered
from kernel.common.outbox.publishing import publish
from kernel.reviews.errors import InvalidReview
from kernel.reviews.events import ReviewPictureAdded
from kernel.reviews.models import Review, ReviewPicture
from kernel.reviews.services.telling import tell

PICTURE_USE: Final = "reviews.picture"


def keep_pictures(review: Review, contents: Sequence[bytes], *, is_addition: bool) -> None:
    """Keep pictures that were checked; runs inside the caller's transaction."""
    last = ReviewPicture.objects.filter(review=review).aggregate(last=Max("position"))["last"]
    start = 0 if last is None else last + 1
    for position, content in enumerate(contents, start):
        row = ReviewPicture(review=review, position=position, is_addition=is_addition)
        row.file = keep_sent(PICTURE_USE, row.id, content, refusal=InvalidReview)
        row.save(force_insert=True)
        publish(ReviewPictureAdded(picture_id=row.id), aggregate=f"review:{review.id.hex}")


@transaction.atomic
def render_picture(picture_id: UUID) -> None:
    """Make a picture fit to be shown; done again it is the same, gone nothing is done.

    A picture that turns out to be damaged vanishes.
    """
    row = ReviewPicture.objects.filter(pk=picture_id).exclude(file="").first()
    if row is None:
        return
    made = rendered(row.file)
    waiting = ReviewPicture.objects.select_for_update().select_related("review")
    picture = waiting.filter(pk=picture_id, file=row.file).first()
    if picture is None:
        return
    picture.renditions, picture.file = made, ""
    picture.save(update_fields=["renditions", "file"])
    tell(picture.review, "pictured")
