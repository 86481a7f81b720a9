"""Which scheduled jobs are due, sent and done."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class ScheduleCursor(models.Model):
    """One row: the minute up to which claims were made."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    ticked_to = models.DateTimeField()

    class Meta:
        """Table."""

        db_table = "schedule_cursor"

    def __str__(self) -> str:
        return f"{self.ticked_to:%Y-%m-%d %H:%M}"


class ScheduleClaim(models.Model):
    """One schedule in one tenant at one minute.

    Attributes:
        lease_until: a worker has it until then; afterwards it is sent again.
        done_at: it ran, or it was passed over because it may not run.
    """

    id = models.BigAutoField(primary_key=True)
    schedule = models.CharField(max_length=120)
    tenant_id = models.UUIDField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        """Table, indexes and invariants."""

        db_table = "schedule_claim"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["schedule", "tenant_id", "due_at"], name="schedules_once_per_minute"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], name="schedules_open", condition=Q(done_at__isnull=True)
            ),
            models.Index(fields=["due_at"], name="schedules_history"),
        ]

    def __str__(self) -> str:
        return f"{self.schedule} for {self.tenant_id} at {self.due_at:%Y-%m-%d %H:%M}"


class ScheduleAlarm(models.Model):
    """A tenant asked for a job at a minute.

    Written by ``shared.schedule_ask()`` in the transaction that makes the work, and
    never changed; deleted in the transaction that makes the claim which answers it.

    Attributes:
        transaction_id: the asker's, so that a transaction leaves one row however often
            it asks and whatever savepoints it rolls back.
    """

    id = models.BigAutoField(primary_key=True)
    schema_name = models.CharField(max_length=63)
    schedule = models.CharField(max_length=120)
    due_at = models.DateTimeField()
    transaction_id = models.BigIntegerField(null=True)

    class Meta:
        """Table and index."""

        db_table = "schedule_alarm"
        indexes: ClassVar = [
            models.Index(fields=["schedule", "due_at", "schema_name"], name="schedules_asked"),
        ]

    def __str__(self) -> str:
        return f"{self.schedule} for {self.schema_name} at {self.due_at:%Y-%m-%d %H:%M}"
