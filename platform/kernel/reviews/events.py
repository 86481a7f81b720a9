"""What reviews tell others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.common.outbox.events import Event, register_event


@register_event
@dataclass(frozen=True, slots=True)
class ReviewChanged(Event):
    """A review was written, added to, published, hidden, answered, voted for or withdrawn."""

    name: ClassVar[str] = "reviews.review_changed"

    review_id: UUID
    product_id: UUID
    change: str


@register_event
@dataclass(frozen=True, slots=True)
class ReviewPictureAdded(Event):
    """A picture came with a review, and waits to be made fit to be shown."""

    name: ClassVar[str] = "reviews.picture_added"

    picture_id: UUID
