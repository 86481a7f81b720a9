"""Work on many shops, how far it is in each, and what single shops are told: the tables."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from channel_center.bulk.choices import BulkAction, BulkState, ItemState
from channel_center.operations.choices import Urgency
from kernel.common.db.conditions import one_of
from kernel.common.ids import public_id, uuid7


class BulkRun(models.Model):
    """The same done to many shops.

    Attributes:
        channel_id: the partner that asked; None for the operator.
        told: what the action needs to know, checked.
        actor: who asked: kind, id, name and address.
        touched_at: when a worker was last at it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel_id = models.UUIDField(null=True, blank=True)
    action = models.CharField(max_length=12, choices=BulkAction.choices)
    told = models.JSONField(default=dict)
    actor = models.JSONField()
    state = models.CharField(max_length=8, choices=BulkState.choices, default=BulkState.RUNNING)
    created_at = models.DateTimeField(db_default=Now())
    touched_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=one_of("state", BulkState.values), name="bulk_state"),
            models.CheckConstraint(
                condition=one_of("action", BulkAction.values), name="bulk_action"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["channel_id", "-created_at"], name="bulk_runs_of"),
            models.Index(
                fields=["touched_at"], condition=Q(state="running"), name="bulk_runs_open"
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("blk", self.id)

    @property
    def asked_by(self) -> str:
        """Who asked, by name."""
        return str(self.actor.get("name", ""))


class BulkItem(models.Model):
    """The work in one shop.

    Attributes:
        job_id: of the shop's job that does it, where one does.
        why: a refusal in words, by language.
        attempts: how often the database failed at it.
    """

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="items")
    tenant_id = models.UUIDField()
    state = models.CharField(max_length=8, choices=ItemState.choices, default=ItemState.WAITING)
    job_id = models.UUIDField(null=True, blank=True)
    why = models.JSONField(default=dict, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "tenant_id"], name="bulk_once_a_shop"),
            models.CheckConstraint(
                condition=one_of("state", ItemState.values), name="bulk_item_state"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["run", "state", "id"], name="bulk_items_by_state"),
        ]


class ShopAnnouncement(models.Model):
    """Something that stands at the top of one shop's console for a time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant_id = models.UUIDField(db_index=True)
    channel_id = models.UUIDField(null=True, blank=True)
    text_zh = models.CharField(max_length=400)
    text_en = models.CharField(max_length=400)
    urgency = models.CharField(max_length=6, choices=Urgency.choices, default=Urgency.INFO)
    ends_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("ann", self.id)
