"""Locks a review, and tells what became of it."""

from __future__ import annotations

from uuid import UUID

from kernel.common.outbox.publishing import publish
from kernel.reviews.errors import UnknownReview
from kernel.reviews.events import ReviewChanged
from kernel.reviews.models import Review
from kernel.reviews.scores import lock_scores


def locked(review_id: UUID) -> Review:
    """Lock a review, and before it the score of its product.

    Raises:
        UnknownReview: there is none.
    """
    product_id = Review.objects.filter(pk=review_id).values_list("product_id", flat=True).first()
    if product_id is None:
        raise UnknownReview
    lock_scores([product_id])
    return Review.objects.select_for_update(no_key=True).get(pk=review_id)


def tell(row: Review, change: str) -> None:
    """Publish what became of a review, in the caller's transaction."""
    publish(
        ReviewChanged(review_id=row.id, product_id=row.product_id, change=change),
        aggregate=f"review:{row.id.hex}",
    )
