"""Staff publish, hide and answer reviews."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.reviews.choices import ReviewPart, ReviewState
from kernel.reviews.errors import InvalidReview, NothingAppended
from kernel.reviews.models import Review
from kernel.reviews.rewards import reward
from kernel.reviews.scores import count_in
from kernel.reviews.services.telling import locked, tell

LONGEST_REPLY: Final = 1_000
LONGEST_REASON: Final = 300


def publish_review(
    review_id: UUID, *, part: ReviewPart = ReviewPart.REVIEW, actor: Actor, now: datetime
) -> Review:
    """Show a review, or what was appended to it, to everybody.

    Raises:
        UnknownReview: there is none.
        NothingAppended: there is no such part.
    """
    return _decide(review_id, part, ReviewState.PUBLISHED, actor=actor, reason="", now=now)


def hide(
    review_id: UUID,
    *,
    part: ReviewPart = ReviewPart.REVIEW,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Review:
    """Show a review, or what was appended to it, to nobody any more.

    Raises:
        UnknownReview: there is none.
        NothingAppended: there is no such part.
    """
    told = reason.strip()[:LONGEST_REASON]
    return _decide(review_id, part, ReviewState.HIDDEN, actor=actor, reason=told, now=now)


@transaction.atomic
def reply(review_id: UUID, text: str, *, actor: Actor, now: datetime) -> Review:
    """Answer a review in the shop's name; another answer replaces it, an empty one takes it away.

    Raises:
        UnknownReview: there is none.
        InvalidReview: the text cannot be kept.
    """
    said = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(said) > LONGEST_REPLY:
        text = _("At most %(number)s letters can be kept.") % {"number": LONGEST_REPLY}
        raise InvalidReview(text, field="reply")
    row = locked(review_id)
    if row.reply == said:
        return row
    before = row.reply
    row.reply, row.replied_at = said, now if said else None
    row.save(update_fields=["reply", "replied_at"])
    tell(row, "answered")
    record(
        action="review.answered",
        actor=actor,
        obj=row,
        before={"reply": before},
        after={"reply": said},
        now=now,
    )
    return row


@transaction.atomic
def _decide(
    review_id: UUID,
    part: ReviewPart,
    state: ReviewState,
    *,
    actor: Actor,
    reason: str,
    now: datetime,
) -> Review:
    row = locked(review_id)
    name = "state" if part == ReviewPart.REVIEW else "addition_state"
    before = getattr(row, name)
    if not before:
        raise NothingAppended
    if before == state:
        return row
    setattr(row, name, state.value)
    row.save(update_fields=[name])
    if part == ReviewPart.REVIEW and ReviewState.PUBLISHED in {before, state}:
        count_in([row], times=1 if state == ReviewState.PUBLISHED else -1)
    if part == ReviewPart.REVIEW and state == ReviewState.PUBLISHED:
        reward(row, now=now)
    done = "published" if state == ReviewState.PUBLISHED else "hidden"
    tell(row, done)
    record(
        action=f"review.{done}",
        actor=actor,
        obj=row,
        before={name: before},
        after={name: state.value},
        reason=reason,
        now=now,
    )
    return row
