"""Stops of functions, and announcements: the tables."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from channel_center.operations.choices import AnnouncedTo, Urgency
from kernel.common.db.conditions import one_of
from kernel.common.ids import public_id, uuid7


class ModuleStop(models.Model):
    """A function that is off in every shop, whatever the shop holds a right to."""

    module = models.CharField(max_length=64, primary_key=True)
    reason = models.CharField(max_length=300)
    stopped_by = models.CharField(max_length=200)
    stopped_at = models.DateTimeField(db_default=Now())


class Announcement(models.Model):
    """Something that stands at the top of consoles for a time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    text_zh = models.CharField(max_length=400)
    text_en = models.CharField(max_length=400)
    audience = models.CharField(max_length=10, choices=AnnouncedTo.choices)
    urgency = models.CharField(max_length=6, choices=Urgency.choices, default=Urgency.INFO)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="operations_announced_for_a_time"
            ),
            models.CheckConstraint(
                condition=one_of("audience", AnnouncedTo.values), name="operations_audience"
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("ann", self.id)
