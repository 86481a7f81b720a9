"""What the APIs of reviews take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from kernel.api.public_ids import PublicIdField
from kernel.catalogue.sent import MOST_PICTURES
from kernel.common.ids import public_id
from kernel.orders.models import OrderLine
from kernel.reviews.choices import ReviewPart, ReviewState
from kernel.reviews.models import Review
from kernel.reviews.policy import LONGEST_WORD, MOST_DAYS, MOST_POINTS, MOST_WORDS
from kernel.reviews.selectors import PictureShown, Summary, video_link
from kernel.reviews.services.moderating import LONGEST_REASON, LONGEST_REPLY
from kernel.reviews.services.writing import LONGEST_TEXT


def _stars() -> serializers.IntegerField:
    return serializers.IntegerField(min_value=1, max_value=5)


class ReviewWritten(serializers.Serializer[Any]):
    """A review of a line of an order; with pictures as ``multipart/form-data``."""

    line = PublicIdField("oli")
    goods = _stars()
    delivery = _stars()
    service = _stars()
    text = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, default="")
    is_anonymous = serializers.BooleanField(default=False)
    video = serializers.FileField(
        max_length=200, default=None, allow_null=True, help_text="MP4, at most 30 MB."
    )
    pictures = serializers.ListField(
        child=serializers.FileField(max_length=200), max_length=MOST_PICTURES, default=list
    )


class GuestReviewWritten(ReviewWritten):
    """A review by a buyer without an account, who has the link of a letter."""

    token = serializers.CharField(max_length=500, help_text="The part of the link after /of/.")


class AdditionWritten(serializers.Serializer[Any]):
    """What is appended to a review."""

    text = serializers.CharField(max_length=LONGEST_TEXT)
    pictures = serializers.ListField(
        child=serializers.FileField(max_length=200), max_length=MOST_PICTURES, default=list
    )


class PictureLinks(serializers.Serializer[Any]):
    """Links to a picture; they end after a while."""

    small = serializers.CharField()
    large = serializers.CharField()
    is_addition = serializers.BooleanField()


class ReviewRead(serializers.Serializer[Any]):
    """A review, as everybody may read it; ``author`` is empty for an anonymous one."""

    id = serializers.CharField()
    goods = _stars()
    delivery = _stars()
    service = _stars()
    text = serializers.CharField()
    author = serializers.CharField()
    options = serializers.CharField()
    is_default = serializers.BooleanField(help_text="Nobody wrote it: the time to review was over.")
    helpful = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    addition = serializers.CharField()
    appended_at = serializers.DateTimeField(allow_null=True)
    reply = serializers.CharField()
    replied_at = serializers.DateTimeField(allow_null=True)
    pictures = PictureLinks(many=True)
    video = serializers.CharField(help_text="A link, which ends after a while; empty for none.")


class OwnReviewRead(ReviewRead):
    """A review as its writer sees it, also while it is not shown."""

    line = serializers.CharField()
    state = serializers.ChoiceField(choices=ReviewState.choices)


class ReviewListed(OwnReviewRead):
    """A review as staff see it, with the order and the words that made it wait."""

    product = serializers.CharField()
    title = serializers.CharField()
    order = serializers.CharField()
    member = serializers.CharField(help_text="Empty for a buyer without an account.")
    found = serializers.ListField(child=serializers.CharField())
    addition_state = serializers.CharField()


class LineToReview(serializers.Serializer[Any]):
    """Something that arrived and was not reviewed."""

    line = serializers.CharField()
    order = serializers.CharField()
    product = serializers.CharField()
    title = serializers.CharField()
    options = serializers.CharField()
    quantity = serializers.IntegerField()


class ReviewSummary(serializers.Serializer[Any]):
    """What the published reviews of a product come to; averages are empty without reviews."""

    count = serializers.IntegerField()
    pictured = serializers.IntegerField()
    goods = serializers.CharField()
    delivery = serializers.CharField()
    service = serializers.CharField()
    stars = serializers.DictField(child=serializers.IntegerField(), help_text="How many, by stars.")


class VoteShown(serializers.Serializer[Any]):
    """How many found a review helpful."""

    helpful = serializers.IntegerField()


class PartAsked(serializers.Serializer[Any]):
    """Which part of a review is meant."""

    part = serializers.ChoiceField(choices=ReviewPart.choices, default=ReviewPart.REVIEW)


class HidingAsked(PartAsked):
    """Which part of a review is hidden, and why."""

    reason = serializers.CharField(max_length=LONGEST_REASON, allow_blank=True, default="")


class ReplyAsked(serializers.Serializer[Any]):
    """What the shop answers; nothing takes the answer away."""

    reply = serializers.CharField(max_length=LONGEST_REPLY, allow_blank=True)


class ReviewPolicyForm(serializers.Serializer[Any]):
    """How reviews are handled."""

    waits = serializers.BooleanField(help_text="Every review waits for staff.")
    words = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_WORD),
        max_length=MOST_WORDS,
        help_text="A review with one of them waits in any case.",
    )
    default_days = serializers.IntegerField(
        min_value=0, max_value=MOST_DAYS, help_text="Until a silent buyer's good review; 0 never."
    )
    points_asset = serializers.CharField(
        max_length=32, allow_blank=True, default="", help_text="What is given for reviews."
    )
    points = serializers.IntegerField(
        min_value=0, max_value=MOST_POINTS, default=0, help_text="For a published review."
    )
    points_pictured = serializers.IntegerField(
        min_value=0, max_value=MOST_POINTS, default=0, help_text="More for pictures or a video."
    )


def review_data(row: Review, pictures: list[PictureShown]) -> dict[str, Any]:
    """Return a review as everybody may read it."""
    has_addition = row.addition_state == ReviewState.PUBLISHED
    return {
        "id": row.public_id,
        "goods": row.goods,
        "delivery": row.delivery,
        "service": row.service,
        "text": row.text,
        "author": row.author,
        "options": row.options,
        "is_default": row.is_default,
        "helpful": row.helpful,
        "created_at": row.created_at,
        "addition": row.addition if has_addition else "",
        "appended_at": row.appended_at if has_addition else None,
        "reply": row.reply,
        "replied_at": row.replied_at,
        "pictures": PictureLinks(pictures, many=True).data,
        "video": video_link(row),
    }


def own_data(row: Review, pictures: list[PictureShown]) -> dict[str, Any]:
    """Return a review as its writer sees it."""
    return {
        **review_data(row, pictures),
        "addition": row.addition,
        "appended_at": row.appended_at,
        "line": public_id("oli", row.line_id),
        "state": row.state,
    }


def staff_data(row: Review, pictures: list[PictureShown]) -> dict[str, Any]:
    """Return a review as staff see it."""
    return {
        **own_data(row, pictures),
        "product": public_id("prd", row.product_id),
        "title": str(row.line.snapshot.get("title", "")),
        "order": row.line.order.number,
        "member": public_id("mem", row.member_id) if row.member_id else "",
        "found": row.found,
        "addition_state": row.addition_state,
    }


def line_data(line: OrderLine) -> dict[str, Any]:
    """Return something that can be reviewed."""
    return {
        "line": line.public_id,
        "order": line.order.number,
        "product": public_id("prd", line.product_id),
        "title": str(line.snapshot.get("title", "")),
        "options": str(line.snapshot.get("variant", "")),
        "quantity": line.quantity,
    }


def summary_data(found: Summary) -> dict[str, Any]:
    """Return what reviews come to."""
    return {
        "count": found.count,
        "pictured": found.pictured,
        **{axis: found.averages.get(axis, "") for axis in ("goods", "delivery", "service")},
        "stars": {str(stars): number for stars, number in found.stars.items()},
    }
