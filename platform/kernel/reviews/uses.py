"""Pictures in reviews, as the library sees them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kernel.media.uses import Place, UseKind, register_use
from kernel.reviews.models import ReviewPicture
from kernel.reviews.services.pictures import PICTURE_USE


def register_uses() -> None:
    """Tell the library of the pictures in reviews."""
    register_use(UseKind(PICTURE_USE, _("Picture in a review"), _places, _rename))


def _places(ids: Collection[UUID]) -> Mapping[UUID, Place]:
    rows = ReviewPicture.objects.filter(pk__in=ids).select_related("review__line__order")
    return {
        row.pk: Place(
            row.review.line.order.number, f"/reviews/?text={row.review.line.order.number}"
        )
        for row in rows
    }


def _rename(ids: Collection[UUID], names: Mapping[str, str]) -> None:
    for row in ReviewPicture.objects.filter(pk__in=ids).order_by("pk"):
        row.file = names.get(row.file, row.file)
        row.renditions = {key: names.get(name, name) for key, name in row.renditions.items()}
        row.save(update_fields=["file", "renditions"])
