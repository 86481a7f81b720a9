"""The list of tenants that may have undelivered events."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class Wakeup(models.Model):
    """A tenant that published, or that waits for a retry.

    Written by ``shared.outbox_wake()`` in the publisher's own transaction, so a
    committed event always has one. It goes only when delivery has looked at the
    tenant after the wake-up was committed, and found nothing left to do.

    Attributes:
        not_before: the sweep leaves it alone until then; a delivery sent right
            after the commit is normally done by that time.
        transaction_id: the publisher's, so that a transaction leaves one row
            however many events it publishes and savepoints it rolls back.
    """

    id = models.BigAutoField(primary_key=True)
    schema_name = models.CharField(max_length=63)
    created_at = models.DateTimeField(db_default=Now())
    not_before = models.DateTimeField(db_default=Now())
    transaction_id = models.BigIntegerField(null=True)

    class Meta:
        """Table and indexes."""

        db_table = "outbox_wakeup"
        indexes: ClassVar = [
            models.Index(fields=["not_before"], name="wakeups_due"),
            models.Index(fields=["schema_name"], name="wakeups_schema"),
        ]

    def __str__(self) -> str:
        return f"{self.schema_name}, not before {self.not_before:%Y-%m-%d %H:%M:%S}"
