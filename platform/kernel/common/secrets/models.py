"""Sealed secrets of a tenant; in public, those of the installation."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models

from kernel.common.ids import uuid7
from kernel.tenancy.models import TenantModel


class TenantSecret(TenantModel):
    """What a tenant keeps sealed for one purpose, such as ``payments.wechat``.

    In public stand those of the people who run the platform.

    The blob opens only with this tenant's id, this purpose and this version:
    a row copied to another tenant or purpose, or an older blob put back, is refused.
    """

    id: models.UUIDField[UUID, UUID] = models.UUIDField(
        primary_key=True, default=uuid7, editable=False
    )
    purpose = models.CharField(max_length=100, unique=True)
    blob = models.BinaryField()
    key_id = models.CharField(max_length=255, db_index=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(version__gte=1), name="secrets_version_from_one"
            ),
        ]

    def __str__(self) -> str:
        return self.purpose
