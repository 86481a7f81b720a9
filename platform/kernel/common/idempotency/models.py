"""Requests that carried a key, and how they were answered."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models

from kernel.common.ids import uuid7
from kernel.tenancy.models import TenantModel


class IdempotencyRecord(TenantModel):
    """One keyed request of one caller.

    A row is inserted and completed in the transaction of the request's own work,
    so whoever sees a row sees a finished one.
    """

    id: models.UUIDField[UUID, UUID] = models.UUIDField(
        primary_key=True, default=uuid7, editable=False
    )
    actor = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=500)
    fingerprint = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["actor", "key"], name="idempotency_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
