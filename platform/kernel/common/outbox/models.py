"""Events of one tenant and what was done for them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.common.ids import uuid7
from kernel.tenancy.models import TenantModel


class OutboxEvent(TenantModel):
    """A published event: waiting, delivered, or given up (dead).

    A dead event keeps the later ones of its aggregate waiting until somebody
    replays or discards it: order is a promise, also when a handler is broken.

    Attributes:
        sequence: order of publication; inside an aggregate also order of commit.
        carried: request id, actor and the like, set again while handlers run.
        attempts: attempts begun, so that one which kills its process counts too.
        next_attempt_at: None until the first attempt.
    """

    sequence = models.BigAutoField(primary_key=True)
    event_id = models.UUIDField(unique=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    version = models.PositiveSmallIntegerField()
    aggregate = models.CharField(max_length=120)
    payload = models.JSONField()
    carried = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    discarded = models.BooleanField(default=False)
    last_error = models.TextField(default="")

    class Meta:
        """Table, indexes and invariants."""

        db_table = "outbox_event"
        indexes: ClassVar = [
            # Only what waits is in them, so they stay small however long history is kept.
            models.Index(
                fields=["aggregate", "sequence"],
                name="outbox_waiting",
                condition=Q(delivered_at__isnull=True),
            ),
            models.Index(
                fields=["sequence"],
                name="outbox_due",
                condition=Q(delivered_at__isnull=True, dead_at__isnull=True),
            ),
            models.Index(
                fields=["delivered_at"],
                name="outbox_history",
                condition=Q(delivered_at__isnull=False),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=True) | Q(dead_at__isnull=True),
                name="outbox_delivered_or_dead",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.sequence}"


class OutboxDelivery(TenantModel):
    """A handler that has done its part for an event, written with its effects."""

    id = models.BigAutoField(primary_key=True)
    event = DBForeignKey("outbox.OutboxEvent", db_on_delete=CASCADE, db_index=False)
    handler = models.CharField(max_length=120)
    done_at = models.DateTimeField(db_default=Now())

    class Meta:
        """Table and invariants."""

        db_table = "outbox_delivery"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "handler"], name="outbox_once_per_handler"),
        ]

    def __str__(self) -> str:
        return f"{self.handler} for #{self.event_id}"
