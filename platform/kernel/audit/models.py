"""The audit log."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from kernel.common.ids import uuid7
from kernel.tenancy.models import TenantModel


class AuditEntry(TenantModel):
    """One act. Written once; the database refuses to change or delete it.

    Attributes:
        sequence: 1, 2, 3 … without gaps in each log.
        hash: SHA-256 over all other columns and the hash before it, hexadecimal.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sequence = models.BigIntegerField(unique=True)
    occurred_at = models.DateTimeField()
    actor_type = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=200, blank=True)
    acting_as = models.CharField(max_length=300, blank=True)
    action = models.CharField(max_length=120)
    object_type = models.CharField(max_length=120, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.TextField(blank=True)
    ip = models.CharField(max_length=45, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        """Table, indexes and invariants."""

        db_table = "audit_entry"
        indexes: ClassVar = [
            models.Index(fields=["object_type", "object_id", "sequence"], name="audit_by_object"),
            models.Index(fields=["actor_id", "sequence"], name="audit_by_actor"),
            models.Index(fields=["action", "sequence"], name="audit_by_action"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(sequence__gt=0), name="audit_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"#{self.sequence} {self.action}"
