"""Members review what they received, and append to it later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kernel.catalogue.sent import check_pictures
from kernel.common.ids import uuid7
from kernel.members.models import Member
from kernel.orders.models import OrderLine
from kernel.reviews.choices import ReviewState
from kernel.reviews.errors import (
    AppendedBefore,
    InvalidReview,
    NotReceived,
    ReviewedBefore,
    UnknownLine,
    UnknownReview,
)
from kernel.reviews.models import STARS, Review
from kernel.reviews.policy import current_policy, words_in
from kernel.reviews.rewards import reward
from kernel.reviews.scores import count_in, lock_scores
from kernel.reviews.services.pictures import keep_pictures
from kernel.reviews.services.telling import locked, tell
from kernel.reviews.videos import checked_video

LONGEST_TEXT: Final = 2_000


@dataclass(frozen=True, slots=True)
class Stars:
    """One to five, on three axes."""

    goods: int
    delivery: int
    service: int


def write(
    line_id: UUID,
    stars: Stars,
    *,
    now: datetime,
    member_id: UUID | None = None,
    guest_order: UUID | None = None,
    text: str = "",
    pictures: Sequence[bytes] = (),
    video: bytes = b"",
    is_anonymous: bool = False,
) -> Review:
    """Review a line of one's own orders that has arrived, once.

    Args:
        line_id: what is reviewed.
        stars: on three axes.
        now: the moment.
        member_id: who reviews; None for a buyer without an account.
        guest_order: the order whose link such a buyer has.
        text: what he says.
        pictures: what he shows.
        video: an MP4, or nothing.
        is_anonymous: without a name.

    Raises:
        UnknownLine: it is no line of the member's orders.
        NotReceived: nothing of it has arrived.
        ReviewedBefore: there is a review of it.
        InvalidReview: a value cannot be kept; ``field`` names which.
    """
    for axis, number in asdict(stars).items():
        if number not in STARS:
            raise InvalidReview(_("One to five stars are expected."), field=axis)
    said = _checked(text)
    check_pictures(pictures, refusal=InvalidReview)
    film = checked_video(video) if video else b""
    line = _line_of(line_id, member_id, guest_order)
    if Review.objects.filter(line=line).exists():
        raise ReviewedBefore
    name = "" if is_anonymous else _name_of(line)
    found, state = _judged(said)
    row = Review(
        line=line,
        member_id=member_id,
        product_id=line.product_id,
        options=str(line.snapshot.get("variant", ""))[:200],
        text=said,
        author=public_name(name),
        state=state,
        found=found,
        has_pictures=bool(pictures),
        created_at=now,
        **asdict(stars),
    )
    try:
        with transaction.atomic():
            lock_scores([row.product_id])
            row.video = _kept_video(row, film)
            row.save(force_insert=True)
            keep_pictures(row, pictures, is_addition=False)
            if row.state == ReviewState.PUBLISHED:
                count_in([row])
                reward(row, now=now)
            tell(row, "written")
    except IntegrityError as refusal:
        if "reviews_once_a_line" in str(refusal):
            raise ReviewedBefore from refusal
        raise
    return row


@transaction.atomic
def append(
    review_id: UUID,
    *,
    member_id: UUID,
    text: str,
    now: datetime,
    pictures: Sequence[bytes] = (),
) -> Review:
    """Append something to one's own review, once; the stars stay.

    Raises:
        UnknownReview: it is not the member's.
        AppendedBefore: something was appended already.
        InvalidReview: no text, or pictures that cannot be kept.
    """
    said = _checked(text)
    if not said:
        raise InvalidReview(_("Please write something."), field="text")
    check_pictures(pictures, refusal=InvalidReview)
    row = locked(review_id)
    if row.member_id != member_id:
        raise UnknownReview
    if row.appended_at is not None:
        raise AppendedBefore
    found, state = _judged(said)
    row.addition, row.addition_state, row.appended_at = said, state, now
    row.found = [*row.found, *(word for word in found if word not in row.found)]
    keep_pictures(row, pictures, is_addition=True)
    row.save(update_fields=["addition", "addition_state", "appended_at", "found"])
    tell(row, "appended")
    return row


def public_name(name: str) -> str:
    """Return how somebody is called in public: the first and the last letter of the name."""
    letters = name.strip()
    if not letters:
        return ""
    return f"{letters[0]}***{letters[-1] if len(letters) > 1 else ''}"


def _name_of(line: OrderLine) -> str:
    if line.order.member_id is None:
        return str(line.order.address.get("name", ""))
    return Member.objects.values_list("name", flat=True).get(pk=line.order.member_id)


def _kept_video(row: Review, content: bytes) -> str:
    if not content:
        return ""
    name = f"reviews/{row.id.hex}/{uuid7().hex}.mp4"
    return default_storage.save(name, ContentFile(content))


def _line_of(line_id: UUID, member_id: UUID | None, guest_order: UUID | None) -> OrderLine:
    whose = {"order__member_id": member_id}
    if member_id is None:
        whose = {"order__member": None, "order_id": guest_order}
    line = OrderLine.objects.select_related("order").filter(pk=line_id, **whose).first()
    if line is None:
        raise UnknownLine
    if not line.delivered_quantity:
        raise NotReceived
    return line


def _judged(text: str) -> tuple[list[str], ReviewState]:
    policy = current_policy()
    found = words_in(text, policy.words)
    waits = policy.waits or bool(found)
    return found, ReviewState.WAITING if waits else ReviewState.PUBLISHED


def _checked(text: str) -> str:
    said = text.replace("\r\n", "\n").strip()
    if len(said) > LONGEST_TEXT:
        text = _("At most %(number)s letters can be kept.") % {"number": LONGEST_TEXT}
        raise InvalidReview(text, field="text")
    if any(ord(letter) < ord(" ") and letter not in "\n\t" for letter in said):
        raise InvalidReview(_("This holds characters that cannot be shown."), field="text")
    return said
