"""What reviews do after their own commits; run by workers."""

from __future__ import annotations

from kernel.common.outbox.events import Envelope
from kernel.reviews.events import ReviewPictureAdded
from kernel.reviews.services.pictures import render_picture


def on_picture_added(event: ReviewPictureAdded, envelope: Envelope) -> None:
    """Make a picture fit to be shown."""
    render_picture(event.picture_id)
