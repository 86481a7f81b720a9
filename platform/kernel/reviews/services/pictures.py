"""Pictures in reviews: checked by their content, shown as WebP without what cameras wrote."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from kernel.catalogue.errors import InvalidPicture
from kernel.catalogue.images import inspect, renditions_of
from kernel.common.outbox.publishing import publish
from kernel.reviews.errors import InvalidReview
from kernel.reviews.events import ReviewPictureAdded
from kernel.reviews.models import Review, ReviewPicture
from kernel.reviews.services.telling import tell
from kernel.tenancy.context import bind_context

MOST_PICTURES: Final = 6
LARGEST_PICTURE: Final = 10 * 1024 * 1024


def check_pictures(contents: Sequence[bytes]) -> None:
    """Check what somebody sends along.

    Raises:
        InvalidReview: too many, one too large, or no picture.
    """
    if len(contents) > MOST_PICTURES:
        text = _("At most %(number)s pictures can be added.") % {"number": MOST_PICTURES}
        raise InvalidReview(text, field="pictures")
    for content in contents:
        if len(content) > LARGEST_PICTURE:
            raise InvalidReview(_("A picture may have at most 10 MB."), field="pictures")
        try:
            inspect(content)
        except InvalidPicture as refusal:
            raise InvalidReview(str(refusal), field="pictures") from refusal


def keep_pictures(review: Review, contents: Sequence[bytes], *, is_addition: bool) -> None:
    """Keep pictures that were checked; runs inside the caller's transaction."""
    last = ReviewPicture.objects.filter(review=review).aggregate(last=Max("position"))["last"]
    start = 0 if last is None else last + 1
    for position, content in enumerate(contents, start):
        row = ReviewPicture(review=review, position=position, is_addition=is_addition)
        name = f"reviews/{review.id.hex}/{row.id.hex}.{inspect(content).extension}"
        row.file = default_storage.save(name, ContentFile(content))
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
    with default_storage.open(row.file) as file:
        content = file.read()
    try:
        made = renditions_of(content)
    except InvalidPicture:
        made = {}
    waiting = ReviewPicture.objects.select_for_update().select_related("review")
    picture = waiting.filter(pk=picture_id, file=row.file).first()
    if picture is None:
        return
    stem = picture.file.rpartition(".")[0]
    picture.renditions = {
        str(width): default_storage.save(f"{stem}-{width}.webp", ContentFile(data))
        for width, data in made.items()
    }
    picture.file = ""
    picture.save(update_fields=["renditions", "file"])
    tell(picture.review, "pictured")
    delete = bind_context(partial(default_storage.delete, row.file))
    transaction.on_commit(delete, robust=True)
