"""Promotions, coupons, and what they gave away: the tables."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.conditions import one_of
from kernel.common.db.fields import CASCADE, RESTRICT, SET_NULL, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.common.money import BASIS_POINTS
from kernel.promotions.choices import BatchState, Channel, CouponKind, CouponState, Match
from kernel.tenancy.models import TenantModel


class Promotion(TenantModel):
    """Something that happens to every cart that meets its conditions.

    Attributes:
        names: what buyers read, by language; the name where there is none.
        kind: code of the action, see `kernel.promotions.actions`.
        terms: what the action needs to know.
        conditions: ``[{"kind", "value"}]``, see `kernel.promotions.conditions`.
        scope: which goods, see `kernel.promotions.scopes`.
        audience: which buyers, see `kernel.pricing.audience`.
        stacking: of promotions with the same word one takes effect on a line.
        priority: the highest goes first.
        uses_limit, amount_limit_minor, member_limit: how often, and up to which amount.
        used_count, used_minor: kept only where there is a limit.
        seller_bp: what the seller of the goods bears of it, in basis points; the
            shop bears the rest, and all of it for its own goods.
        joins_levels: it also makes goods cheaper that have a price for the buyer's level;
            otherwise the buyer gets the better of the two.
        managed_by: what it belongs to, and by which alone it is changed: a level;
            empty for promotions that people make.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    names = models.JSONField(default=dict, blank=True)
    kind = models.CharField(max_length=40)
    terms = models.JSONField(default=dict)
    match = models.CharField(max_length=3, choices=Match.choices, default=Match.ALL)
    conditions = models.JSONField(default=list, blank=True)
    scope = models.JSONField(default=dict, blank=True)
    audience = models.JSONField(default=dict, blank=True)
    currency = models.CharField(max_length=3)
    stacking = models.CharField(max_length=40)
    priority = models.IntegerField(default=0)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    uses_limit = models.PositiveIntegerField(null=True, blank=True)
    amount_limit_minor = models.BigIntegerField(null=True, blank=True)
    member_limit = models.PositiveIntegerField(null=True, blank=True)
    used_count = models.PositiveIntegerField(default=0)
    used_minor = models.BigIntegerField(default=0)
    seller_bp = models.PositiveSmallIntegerField(default=0)
    joins_levels = models.BooleanField(default=False)
    managed_by = models.CharField(max_length=80, default="", blank=True)
    is_active = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(starts_at__lt=F("ends_at")),
                name="promotions_dates_ordered",
            ),
            models.CheckConstraint(
                condition=Q(uses_limit=None) | Q(used_count__lte=F("uses_limit")),
                name="promotions_uses_kept",
            ),
            models.CheckConstraint(
                condition=Q(amount_limit_minor=None) | Q(used_minor__lte=F("amount_limit_minor")),
                name="promotions_amount_kept",
            ),
            models.CheckConstraint(
                condition=Q(seller_bp__lte=BASIS_POINTS), name="promotions_bearer_bounds"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["is_active", "ends_at"], name="promotions_live")]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("pro", self.id)

    @override
    def __str__(self) -> str:
        return self.name


class CouponTemplate(TenantModel):
    """A kind of coupon, of which members may hold some.

    Attributes:
        terms: ``off_minor``; ``off_bp`` with ``cap_minor``; ``cap_minor``; ``variant``.
        threshold_minor: what the goods in its scope must cost.
        seller_id: whose coupon it is; None for the shop's own.
        channels: how members come by it, see `Channel`.
        code: one that many people may use; None for none. Stored in capital letters.
        paid_from_minor: what an order must cost that brings one.
        points: what one costs where it is had for points.
        takes_from, takes_until: when it can be taken.
        valid_from, valid_until: when it can be used; or else
        valid_days: for so many days from when it was taken.
        joins_promotions: False where it counts only goods without other discounts.
        taken_count: of which `total` is the most.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    names = models.JSONField(default=dict, blank=True)
    kind = models.CharField(max_length=10, choices=CouponKind.choices)
    terms = models.JSONField(default=dict)
    threshold_minor = models.BigIntegerField(default=0)
    scope = models.JSONField(default=dict, blank=True)
    audience = models.JSONField(default=dict, blank=True)
    currency = models.CharField(max_length=3)
    seller_id = models.UUIDField(null=True, blank=True)
    seller_bp = models.PositiveSmallIntegerField(default=0)
    channels = models.JSONField(default=list)
    code = models.CharField(max_length=40, unique=True, null=True, blank=True)
    total = models.PositiveIntegerField(null=True, blank=True)
    per_member = models.PositiveIntegerField(default=1)
    taken_count = models.PositiveIntegerField(default=0)
    paid_from_minor = models.BigIntegerField(default=0)
    points = models.PositiveIntegerField(default=0)
    takes_from = models.DateTimeField(null=True, blank=True)
    takes_until = models.DateTimeField(null=True, blank=True)
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    valid_days = models.PositiveIntegerField(null=True, blank=True)
    joins_promotions = models.BooleanField(default=True)
    is_active = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=one_of("kind", CouponKind.values), name="promotions_coupon_kind"
            ),
            models.CheckConstraint(
                condition=Q(total=None) | Q(taken_count__lte=F("total")),
                name="promotions_total_kept",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=False, valid_days=None)
                | Q(valid_until=None, valid_days__gte=1),
                name="promotions_coupon_ends",
            ),
            models.CheckConstraint(
                condition=Q(seller_bp__lte=BASIS_POINTS), name="promotions_coupon_bearer"
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("cpt", self.id)

    @override
    def __str__(self) -> str:
        return self.name


class CodeBatch(TenantModel):
    """Codes that were made together, each good for one coupon.

    Attributes:
        size: how many are wanted.
        made: how many there are.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    template = DBForeignKey(CouponTemplate, db_on_delete=RESTRICT)
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=8, default="", blank=True)
    size = models.PositiveIntegerField()
    made = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=BatchState.choices, default=BatchState.WAITING)
    created_at = models.DateTimeField(db_default=Now())
    touched_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(made__lte=F("size")), name="promotions_batch_made"),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("cpb", self.id)

    @override
    def __str__(self) -> str:
        return self.name


class Coupon(TenantModel):
    """A coupon that a member holds, or that a guest used a code for.

    Attributes:
        guest: stands for the e-mail address or the telephone number of a guest, and does
            not tell it, see `kernel.promotions.coded`; empty for members.
        valid_from, valid_until: when it can be used.
        group_id: of the orders that it is in, or was used for.
        earned_with: group of orders that brought it once it was paid.
        points: what was paid for it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    template = DBForeignKey(CouponTemplate, db_on_delete=RESTRICT, db_index=False)
    member = DBForeignKey(
        "members.Member", db_on_delete=CASCADE, null=True, blank=True, db_index=False
    )
    guest = models.CharField(max_length=64, default="", blank=True)
    state = models.CharField(max_length=10, choices=CouponState.choices, default=CouponState.UNUSED)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    taken_at = models.DateTimeField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    group_id = models.UUIDField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    earned_with = models.UUIDField(null=True, blank=True)
    points = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(member__isnull=False, guest="") | Q(member=None) & ~Q(guest=""),
                name="promotions_coupon_owner",
            ),
            models.UniqueConstraint(
                fields=["earned_with", "template"],
                condition=Q(earned_with__isnull=False),
                name="promotions_earned_once",
            ),
            models.CheckConstraint(
                condition=one_of("state", CouponState.values), name="promotions_coupon_state"
            ),
            models.CheckConstraint(
                condition=one_of("state", ("unused", "expired", "revoked"))
                | Q(group_id__isnull=False),
                name="promotions_coupon_order",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["member", "state"], name="promotions_held"),
            models.Index(fields=["template", "member"], name="promotions_held_of"),
            models.Index(
                fields=["template", "guest"], condition=~Q(guest=""), name="promotions_guests"
            ),
            models.Index(
                fields=["valid_until"], condition=Q(state="unused"), name="promotions_expiring"
            ),
            models.Index(
                fields=["group_id"], condition=Q(group_id__isnull=False), name="promotions_in_order"
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("cpn", self.id)


class CouponCode(TenantModel):
    """A code of a batch, good for one coupon."""

    id = models.BigAutoField(primary_key=True)
    batch = DBForeignKey(CodeBatch, db_on_delete=RESTRICT)
    code = models.CharField(max_length=40, unique=True)
    coupon = DBForeignKey(Coupon, db_on_delete=SET_NULL, null=True, blank=True)
    redeemed_at = models.DateTimeField(null=True, blank=True)


class Use(TenantModel):
    """What a promotion or a coupon gave away with an order.

    Attributes:
        minor: what it took off, goods and freight together.
        seller_minor: what of it the seller bears.
        returned_at: when the order was cancelled.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    promotion = DBForeignKey(
        Promotion, db_on_delete=RESTRICT, null=True, blank=True, db_index=False
    )
    coupon = DBForeignKey(Coupon, db_on_delete=CASCADE, null=True, blank=True, db_index=False)
    template = DBForeignKey(
        CouponTemplate, db_on_delete=RESTRICT, null=True, blank=True, db_index=False
    )
    order = DBForeignKey("orders.Order", db_on_delete=RESTRICT)
    group_id = models.UUIDField()
    member_id = models.UUIDField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    minor = models.BigIntegerField()
    seller_minor = models.BigIntegerField(default=0)
    placed_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(promotion__isnull=False, coupon=None, template=None)
                | Q(promotion=None, template__isnull=False),
                name="promotions_use_of_one",
            ),
            models.CheckConstraint(
                condition=Q(minor__gte=0, seller_minor__gte=0, seller_minor__lte=F("minor")),
                name="promotions_use_bounds",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["promotion", "member_id"], name="promotions_uses"),
            models.Index(fields=["template", "placed_at"], name="promotions_coupon_uses"),
            models.Index(fields=["group_id"], name="promotions_use_group"),
        ]
