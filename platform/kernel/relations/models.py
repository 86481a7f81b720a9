"""Who invited whom: the tables."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.conditions import one_of
from kernel.common.db.fields import CASCADE, RESTRICT, DBForeignKey
from kernel.common.ids import uuid7
from kernel.members.models import Member
from kernel.relations.choices import BindMode, ChangeKind, Source
from kernel.tenancy.models import TenantModel


class Relation(TenantModel):
    """A member and his sponsor. These rows are the truth; the closure follows them.

    Attributes:
        expires_at: until then no contact takes the member over; empty for good.
            A relation stands until it is replaced, also afterwards.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = DBForeignKey(Member, db_on_delete=CASCADE, unique=True)
    sponsor = DBForeignKey(Member, db_on_delete=RESTRICT)
    bound_at = models.DateTimeField()
    source = models.CharField(max_length=16, choices=Source.choices)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Invariants."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(member=F("sponsor")), name="relations_nobody_sponsors_himself"
            ),
        ]


class Closure(TenantModel):
    """A pair of members one of whom is above the other, and how far.

    Nobody is paired with himself, so there are as many rows as the depths of all
    members add up to.
    """

    id = models.BigAutoField(primary_key=True)
    ancestor = DBForeignKey(Member, db_on_delete=CASCADE, db_index=False)
    descendant = DBForeignKey(Member, db_on_delete=CASCADE, db_index=False)
    depth = models.PositiveIntegerField()

    class Meta:
        """Invariants."""

        indexes: ClassVar = [
            models.Index(fields=["ancestor", "depth"], name="relations_below"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["descendant", "ancestor"], name="relations_pair_once"),
            models.CheckConstraint(condition=Q(depth__gte=1), name="relations_depth_from_one"),
            models.CheckConstraint(
                condition=~Q(ancestor=F("descendant")), name="relations_nobody_above_himself"
            ),
        ]


class RelationChange(TenantModel):
    """What happened to a member's relation. Written once; the database refuses to change it.

    Members are named by id alone, so that history stays when a row goes.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member_id = models.UUIDField()
    kind = models.CharField(max_length=16, choices=ChangeKind.choices)
    sponsor_before = models.UUIDField(null=True)
    sponsor_after = models.UUIDField(null=True)
    source = models.CharField(max_length=16, choices=Source.choices)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64)
    reason = models.CharField(max_length=300, default="", blank=True)
    occurred_at = models.DateTimeField()

    class Meta:
        """Table and indexes."""

        db_table = "relations_change"
        indexes: ClassVar = [
            models.Index(fields=["member_id", "occurred_at"], name="relations_history"),
        ]


class SubtreeMove(TenantModel):
    """A move whose closure is being rebuilt, batch by batch.

    Attributes:
        sponsors_before: whoever was above the member before, nearest first.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = DBForeignKey(Member, db_on_delete=CASCADE)
    sponsor_after = DBForeignKey(Member, db_on_delete=RESTRICT, null=True)
    sponsors_before = models.JSONField(default=list)
    moved = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Invariants."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["finished_at"],
                name="relations_one_move_at_a_time",
                condition=Q(finished_at__isnull=True),
                nulls_distinct=False,
            ),
        ]


class InviteCode(TenantModel):
    """The word by which a member's invitations and shared links are known."""

    code = models.CharField(max_length=12, primary_key=True)
    member = DBForeignKey(Member, db_on_delete=CASCADE, unique=True)
    created_at = models.DateTimeField(db_default=Now())

    @override
    def __str__(self) -> str:
        return self.code


class RelationPolicy(TenantModel):
    """How the tenant binds members to sponsors; one row at most, none is all defaults.

    Attributes:
        protected_days: how long a relation made in override mode cannot be taken
            over; empty for good, 0 not at all.
        link_days: how long a shared link that a visitor opened is remembered.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    mode = models.CharField(max_length=16, choices=BindMode.choices, default=BindMode.FIRST_CONTACT)
    protected_days = models.PositiveIntegerField(null=True, blank=True, default=30)
    link_days = models.PositiveIntegerField(default=30)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        """Invariants."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="relations_one_policy"),
            models.CheckConstraint(
                condition=one_of("mode", BindMode.values), name="relations_known_mode"
            ),
            models.CheckConstraint(
                condition=Q(link_days__gte=1) & Q(link_days__lte=365),
                name="relations_link_days_make_sense",
            ),
        ]
