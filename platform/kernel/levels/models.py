"""Levels, who has which, and segments: the tables."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import get_language
from typing_extensions import override

from kernel.catalogue.texts import in_language
from kernel.common.db.conditions import one_of
from kernel.common.db.fields import CASCADE, RESTRICT, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.common.money import BASIS_POINTS
from kernel.levels.choices import ChangeKind, EarnsOn, Match, WalkState
from kernel.tenancy.models import TenantModel

MOST_POINTS_BP = 100 * BASIS_POINTS
POINTS = "points"
"""Code of the points that orders bring, unless the shop chose others."""


class Walk(TenantModel):
    """Something that is worked out for all members, batch by batch.

    Attributes:
        cursor: the last member who is done.
        done, total: how many members, for those who wait.
        touched_at: when somebody last worked on it.
    """

    state = models.CharField(max_length=8, choices=WalkState.choices, default=WalkState.IDLE)
    cursor = models.UUIDField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    touched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def percent(self) -> int:
        """How far it is."""
        return min(self.done * 100 // self.total, 100) if self.total else 0


class LevelPolicy(Walk):
    """What the shop decided about growth and levels; one row at most, none is all defaults.

    Attributes:
        growth_per_unit: for each whole unit of the shop's currency that was spent.
        window_days: orders of so many days count for conditions; None for all.
        grace_days: so long a level is kept after its conditions are no longer met.
        points_per_unit: points for each whole unit of the currency that was spent.
        points_asset: code of what these points are.
        points_since: orders that were placed before bring none.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    earns_on = models.CharField(max_length=10, choices=EarnsOn.choices, default=EarnsOn.RECEIVED)
    growth_per_unit = models.PositiveIntegerField(default=1)
    window_days = models.PositiveIntegerField(null=True, blank=True)
    grace_days = models.PositiveIntegerField(default=30)
    points_per_unit = models.PositiveIntegerField(default=0)
    points_asset = models.CharField(max_length=32, default=POINTS)
    points_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(id=1), name="levels_one_policy"),
        ]


class Level(TenantModel):
    """A rank that members reach, and what it brings.

    Attributes:
        rank: the higher, the better.
        conditions: ``[{"fact", "at_least"}]``, see `kernel.levels.facts`; none is never
            reached by itself.
        discount_bp: off every base price, by a price list that belongs to the level.
        free_shipping: by a promotion that belongs to the level.
        points_bp: so many points are earned where others earn 10,000.
        benefits: what else it brings, in words, by language.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40, unique=True)
    rank = models.PositiveSmallIntegerField(unique=True)
    name = models.CharField(max_length=80)
    names = models.JSONField(default=dict, blank=True)
    match = models.CharField(max_length=3, choices=Match.choices, default=Match.ALL)
    conditions = models.JSONField(default=list, blank=True)
    discount_bp = models.PositiveSmallIntegerField(default=0)
    free_shipping = models.BooleanField(default=False)
    points_bp = models.PositiveIntegerField(default=BASIS_POINTS)
    benefits = models.JSONField(default=dict, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(discount_bp__lt=BASIS_POINTS), name="levels_discount_bounds"
            ),
            models.CheckConstraint(
                condition=Q(points_bp__lte=MOST_POINTS_BP), name="levels_points_bounds"
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("lvl", self.id)

    @property
    def label(self) -> str:
        """The name in the current language."""
        return in_language(self.names, get_language(), self.name)

    @override
    def __str__(self) -> str:
        return self.name


class Standing(TenantModel):
    """The level of a member who has, or had, one.

    Attributes:
        is_fixed: set by hand, and not changed by conditions.
        falls_at: conditions are no longer met; then the level goes.
        review_at: when something may change by itself.
    """

    member = DBForeignKey("members.Member", db_on_delete=CASCADE, primary_key=True)
    level = DBForeignKey(Level, db_on_delete=RESTRICT, null=True, blank=True)
    since = models.DateTimeField()
    is_fixed = models.BooleanField(default=False)
    falls_at = models.DateTimeField(null=True, blank=True)
    review_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["review_at"],
                condition=Q(review_at__isnull=False),
                name="levels_standing_due",
            ),
        ]


class LevelChange(TenantModel):
    """A change of somebody's level. Written once; never changed.

    Attributes:
        actor: who did it, as the audit log names people.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = DBForeignKey("members.Member", db_on_delete=CASCADE, db_index=False)
    before = DBForeignKey(Level, db_on_delete=RESTRICT, null=True, blank=True, db_index=False)
    after = DBForeignKey(Level, db_on_delete=RESTRICT, null=True, blank=True, db_index=False)
    kind = models.CharField(max_length=10, choices=ChangeKind.choices)
    reason = models.CharField(max_length=200, default="", blank=True)
    actor = models.CharField(max_length=80, default="", blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=one_of("kind", ChangeKind.values), name="levels_change_kind"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["member", "-id"], name="levels_history")]


class OrderGift(TenantModel):
    """What an order gave, and what is left of it after refunds.

    Attributes:
        per_unit: the rate that held when it was earned.
        booked: how many journals there are for it.
    """

    order = DBForeignKey("orders.Order", db_on_delete=CASCADE, primary_key=True)
    member = DBForeignKey("members.Member", db_on_delete=CASCADE)
    per_unit = models.PositiveIntegerField()
    units = models.BigIntegerField(default=0)
    booked = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


class OrderGrowth(OrderGift):
    """The growth that an order gave."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(units__gte=0), name="levels_growth_not_negative"),
        ]


class OrderPoints(OrderGift):
    """The points that an order gave.

    Attributes:
        asset: code of what they are.
        factor_bp: of the level that the member had then.
    """

    asset = models.CharField(max_length=32)
    factor_bp = models.PositiveIntegerField(default=BASIS_POINTS)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(units__gte=0), name="levels_points_not_negative"),
        ]


class Segment(Walk):
    """Members who are gathered by conditions, or by hand.

    Attributes:
        conditions: ``[{"kind", "test", "value", "days"}]``, see `kernel.levels.criteria`.
        is_dynamic: conditions decide; otherwise staff do.
        tag: what its members are tagged with; empty for nothing.
        size: how many there are.
        counted_at: when all members were last gone through.
        refresh_at: when they are again, for conditions that depend on the day.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    match = models.CharField(max_length=3, choices=Match.choices, default=Match.ALL)
    conditions = models.JSONField(default=list, blank=True)
    is_dynamic = models.BooleanField(default=True)
    tag = models.CharField(max_length=40, default="", blank=True)
    size = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField(null=True, blank=True)
    refresh_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("seg", self.id)

    @override
    def __str__(self) -> str:
        return self.name


class SegmentMember(TenantModel):
    """Somebody belongs to a segment."""

    id = models.BigAutoField(primary_key=True)
    segment = DBForeignKey(Segment, db_on_delete=CASCADE, db_index=False)
    member = DBForeignKey("members.Member", db_on_delete=CASCADE)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["segment", "member"], name="levels_segment_once"),
        ]
