"""Reviews, their pictures and votes, and the scores of products: the tables."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from kernel.common.db.conditions import one_of
from kernel.common.db.fields import CASCADE, RESTRICT, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.reviews.choices import ReviewState
from kernel.tenancy.models import TenantModel

STARS: Final = (1, 2, 3, 4, 5)
AXES: Final = ("goods", "delivery", "service")


class ReviewPolicy(TenantModel):
    """A tenant's choices; one row, or none while nothing was chosen.

    Attributes:
        waits: every review waits for staff; otherwise only those with a word of the list.
        words: what makes a review wait, as typed.
        default_days: a received line that nobody reviewed gets a good review after so
            many days; 0 for never.
        points_asset: what is given for a published review: ``points`` of it, and
            ``points_pictured`` more for one with pictures or a video.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    waits = models.BooleanField(default=False)
    words = models.JSONField(default=list, blank=True)
    default_days = models.PositiveSmallIntegerField(default=0)
    points_asset = models.CharField(max_length=32, default="", blank=True)
    points = models.PositiveIntegerField(default=0)
    points_pictured = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(id=1), name="reviews_one_policy"),
        ]


class Review(TenantModel):
    """What a buyer says of one line of an order.

    Attributes:
        member: who; None for a buyer without an account.
        video: file name in storage; empty for none.
        product_id: of the line; it points nowhere that could vanish.
        options: which variant it was, in words, as it was bought.
        author: how the member is called in public; empty for an anonymous one.
        is_default: nobody wrote it: the time to review was over.
        found: words of the policy's list that made it wait.
        addition: what the member appended later.
        reply: what the merchant answers.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    line = DBForeignKey("orders.OrderLine", db_on_delete=RESTRICT, db_index=False)
    member = DBForeignKey("members.Member", db_on_delete=RESTRICT, null=True, db_index=False)
    product_id = models.UUIDField()
    options = models.CharField(max_length=200, default="", blank=True)
    goods = models.PositiveSmallIntegerField()
    delivery = models.PositiveSmallIntegerField()
    service = models.PositiveSmallIntegerField()
    text = models.TextField(default="", blank=True)
    author = models.CharField(max_length=80, default="", blank=True)
    is_default = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=ReviewState.choices)
    found = models.JSONField(default=list, blank=True)
    has_pictures = models.BooleanField(default=False)
    video = models.CharField(max_length=200, default="", blank=True)
    helpful = models.PositiveIntegerField(db_default=0)
    addition = models.TextField(default="", blank=True)
    addition_state = models.CharField(
        max_length=10, choices=ReviewState.choices, default="", blank=True
    )
    appended_at = models.DateTimeField(null=True, blank=True)
    reply = models.TextField(default="", blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["line"], name="reviews_once_a_line"),
            models.CheckConstraint(
                condition=one_of("state", ReviewState.values), name="reviews_state"
            ),
            models.CheckConstraint(
                condition=Q(appended_at=None, addition_state="")
                | Q(appended_at__isnull=False) & one_of("addition_state", ReviewState.values),
                name="reviews_addition_state",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{axis}__gte": 1, f"{axis}__lte": 5}),
                    name=f"reviews_{axis}_stars",
                )
                for axis in AXES
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["product_id", "-id"],
                name="reviews_of_product",
                condition=Q(state="published"),
            ),
            models.Index(fields=["member", "-id"], name="reviews_of_member"),
            models.Index(
                fields=["-id"],
                name="reviews_waiting",
                condition=Q(state="waiting") | Q(addition_state="waiting"),
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("rev", self.id)


class ReviewPicture(TenantModel):
    """A picture in a review.

    Attributes:
        file: as it came; empty once the renditions are made, for cameras write places
            and times into pictures.
        renditions: file names in storage by width.
        is_addition: it came with what was appended.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = DBForeignKey(Review, db_on_delete=CASCADE)
    position = models.PositiveSmallIntegerField()
    file = models.CharField(max_length=200, default="", blank=True)
    renditions = models.JSONField(default=dict, blank=True)
    is_addition = models.BooleanField(default=False)


class HelpfulVote(TenantModel):
    """A member found a review helpful."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = DBForeignKey(Review, db_on_delete=CASCADE, db_index=False)
    member = DBForeignKey("members.Member", db_on_delete=CASCADE)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["review", "member"], name="reviews_vote_once"),
        ]


class ProductScore(TenantModel):
    """What the published reviews of a product come to; written with them, in one transaction.

    Attributes:
        count: how many there are; of these ``pictured`` with pictures.
        goods, delivery, service: sums of their stars.
        stars_1 … stars_5: how many gave the goods so many stars.
    """

    product_id = models.UUIDField(primary_key=True)
    count = models.PositiveIntegerField(default=0)
    pictured = models.PositiveIntegerField(default=0)
    goods = models.PositiveIntegerField(default=0)
    delivery = models.PositiveIntegerField(default=0)
    service = models.PositiveIntegerField(default=0)
    stars_1 = models.PositiveIntegerField(default=0)
    stars_2 = models.PositiveIntegerField(default=0)
    stars_3 = models.PositiveIntegerField(default=0)
    stars_4 = models.PositiveIntegerField(default=0)
    stars_5 = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(
                    count=F("stars_1") + F("stars_2") + F("stars_3") + F("stars_4") + F("stars_5")
                ),
                name="reviews_score_adds_up",
            ),
        ]


class SilentOrder(TenantModel):
    """A received order whose lines get a good review, unless their buyer says something."""

    order = DBForeignKey("orders.Order", db_on_delete=CASCADE, primary_key=True)
    due_at = models.DateTimeField(db_index=True)
