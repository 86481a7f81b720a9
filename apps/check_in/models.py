"""Days on which members checked in, and how many did."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.members.models import Member
from kernel.tenancy.models import TenantModel


class CheckIn(TenantModel):
    """One day of one member; also an entry of the member's points.

    Only the streak of a row is ever changed.

    Attributes:
        day: in the tenant's zone.
        points: earned by it; 0 for a day that was made up.
        cost: paid for it; 0 unless it was made up.
        balance_after: the member's points after this entry; entries are in order of ``id``.
        streak: days in a row that end with this one; grows when a gap before it is closed.
        made_up_on: the day on which it was repaired; empty for one kept in time.
    """

    id = models.BigAutoField(primary_key=True)
    member = DBForeignKey(Member, db_on_delete=CASCADE)
    day = models.DateField()
    points = models.PositiveIntegerField()
    cost = models.PositiveIntegerField(default=0)
    balance_after = models.BigIntegerField()
    streak = models.PositiveIntegerField()
    made_up_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "day"], name="check_in_one_a_day"),
            models.CheckConstraint(condition=Q(balance_after__gte=0), name="check_in_no_debt"),
            models.CheckConstraint(condition=Q(streak__gte=1), name="check_in_streak_counts"),
        ]
        indexes = [models.Index(fields=["day"], name="check_in_by_day")]

    @property
    def is_made_up(self) -> bool:
        """True for a day that was repaired later."""
        return self.made_up_on is not None

    @override
    def __str__(self) -> str:
        return f"{self.day}"


class DailyCount(TenantModel):
    """How many members have a day, counted at night; redone while days can be made up."""

    day = models.DateField(primary_key=True)
    members = models.PositiveIntegerField()
    made_up = models.PositiveIntegerField()
    points = models.BigIntegerField()
    counted_at = models.DateTimeField(db_default=Now())

    @override
    def __str__(self) -> str:
        return f"{self.day}"
