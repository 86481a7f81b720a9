"""What is read of reviews, each in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kernel.orders.choices import OrderStatus
from kernel.orders.models import OrderLine
from kernel.reviews.choices import ReviewState
from kernel.reviews.errors import UnknownReview
from kernel.reviews.models import AXES, STARS, HelpfulVote, ProductScore, Review, ReviewPicture

MOST_OPEN: Final = 100
_LONGEST_SEARCH: Final = 100
_WIDTHS: Final = ("480", "1600")
_KINDS: Final = {
    "pictured": Q(has_pictures=True) | ~Q(video=""),
    "unanswered": Q(reply="", is_default=False),
    "found": ~Q(found=[]),
    "written": Q(is_default=False),
    "default": Q(is_default=True),
    "guests": Q(member=None),
}
KINDS: Final = (
    ("pictured", _("With pictures")),
    ("unanswered", _("Without an answer")),
    ("found", _("With words of the list")),
    ("written", _("Written by members")),
    ("default", _("Good by default")),
    ("guests", _("By guests")),
)


@dataclass(frozen=True, slots=True)
class Summary:
    """What the published reviews of a product come to.

    Attributes:
        averages: by axis, with one decimal; empty without reviews.
        stars: how many gave the goods so many.
    """

    count: int
    pictured: int
    averages: dict[str, str]
    stars: dict[int, int]

    @property
    def average(self) -> str:
        """What the goods got, with one decimal; empty without reviews."""
        return self.averages.get("goods", "")


@dataclass(frozen=True, slots=True)
class PictureShown:
    """Links to a picture, as a small one and a large one."""

    small: str
    large: str
    is_addition: bool


def summaries_of(product_ids: Iterable[UUID]) -> dict[UUID, Summary]:
    """Return the summaries of products; one query. Products without reviews have zeros."""
    wanted = set(product_ids)
    rows = {row.product_id: row for row in ProductScore.objects.filter(pk__in=wanted)}
    return {each: _summary(rows.get(each) or ProductScore(product_id=each)) for each in wanted}


def summary_of(product_id: UUID) -> Summary:
    """Return the summary of a product."""
    return summaries_of([product_id])[product_id]


def published_of(
    product_id: UUID, *, stars: int = 0, only_pictured: bool = False
) -> QuerySet[Review]:
    """Return what everybody may read of a product, the newest first."""
    rows = Review.objects.filter(product_id=product_id, state=ReviewState.PUBLISHED)
    if stars:
        rows = rows.filter(goods=stars)
    if only_pictured:
        rows = rows.filter(has_pictures=True)
    return rows.order_by("-id")


def latest(*, least: int, only_pictured: bool, limit: int) -> list[Review]:
    """Return what buyers said last of anything in the shop, in words of their own."""
    rows = Review.objects.filter(
        state=ReviewState.PUBLISHED, goods__gte=least, is_default=False
    ).exclude(text="")
    if only_pictured:
        rows = rows.filter(has_pictures=True)
    return list(rows.order_by("-id")[:limit])


def searched(
    *, text: str = "", state: str = "", stars: str = "", kind: str = ""
) -> QuerySet[Review]:
    """Return what staff look for, the newest first; what is empty narrows nothing.

    ``text`` stands in the review or names an order or a SKU. ``kind`` is ``pictured``,
    ``unanswered``, ``found`` (has words of the list), ``written``, ``default`` or ``guests``.
    """
    rows = Review.objects.select_related("line__order", "member").order_by("-id")
    if state == ReviewState.WAITING:
        rows = rows.filter(Q(state=state) | Q(addition_state=state))
    elif state:
        rows = rows.filter(state=state)
    if stars:
        rows = rows.filter(goods=int(stars))
    if kind:
        rows = rows.filter(_KINDS[kind])
    if wanted := text.replace("\x00", "").strip()[:_LONGEST_SEARCH]:
        rows = rows.filter(
            Q(text__icontains=wanted)
            | Q(addition__icontains=wanted)
            | Q(line__order__number__startswith=wanted)
            | Q(line__snapshot__sku=wanted)
            | Q(line__snapshot__title__icontains=wanted)
        )
    return rows


def pictures_of(
    reviews: Sequence[Review], *, for_staff: bool = False
) -> dict[UUID, list[PictureShown]]:
    """Return the pictures of reviews; one query.

    Those of an appended part that is not published are shown to staff alone.
    """
    shown = {row.pk: row.addition_state == ReviewState.PUBLISHED for row in reviews}
    found: dict[UUID, list[PictureShown]] = defaultdict(list)
    wanted = [row.pk for row in reviews if row.has_pictures or row.appended_at]
    rows = ReviewPicture.objects.filter(review__in=wanted).exclude(renditions={})
    for row in rows.order_by("review", "position") if wanted else ():
        if for_staff or not row.is_addition or shown[row.review_id]:
            small, large = (default_storage.url(row.renditions[each]) for each in _WIDTHS)
            found[row.review_id].append(PictureShown(small, large, row.is_addition))
    return found


def video_link(row: Review) -> str:
    """Return a link to the video of a review; empty without one."""
    return default_storage.url(row.video) if row.video else ""


def open_lines(member_id: UUID) -> list[OrderLine]:
    """Return what a member received and has not reviewed, the newest first."""
    lines = OrderLine.objects.filter(order__member_id=member_id, delivered_quantity__gt=0)
    lines = lines.exclude(order__status=OrderStatus.CANCELLED)
    lines = lines.exclude(pk__in=Review.objects.filter(member=member_id).values("line"))
    return list(lines.select_related("order").order_by("-order_id", "position")[:MOST_OPEN])


def reviews_of_lines(line_ids: Iterable[UUID]) -> dict[UUID, Review]:
    """Return the reviews of lines, by line; one query."""
    return {row.line_id: row for row in Review.objects.filter(line__in=list(line_ids))}


def own_reviews(member_id: UUID) -> QuerySet[Review]:
    """Return what a member wrote, the newest first, also what is not shown."""
    return Review.objects.filter(member=member_id).order_by("-id")


def review_with(review_id: UUID) -> Review:
    """Return a review.

    Raises:
        UnknownReview: there is none.
    """
    row = Review.objects.select_related("line__order", "member").filter(pk=review_id).first()
    if row is None:
        raise UnknownReview
    return row


def voted_for(member_id: UUID, reviews: Sequence[Review]) -> set[UUID]:
    """Return which of some reviews a member found helpful."""
    rows = HelpfulVote.objects.filter(member=member_id, review__in=[row.pk for row in reviews])
    return set(rows.values_list("review", flat=True))


def _summary(row: ProductScore) -> Summary:
    averages = {axis: f"{getattr(row, axis) / row.count:.1f}" for axis in AXES} if row.count else {}
    stars = {each: getattr(row, f"stars_{each}") for each in reversed(STARS)}
    return Summary(row.count, row.pictured, averages, stars)
