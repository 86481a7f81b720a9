"""How much of what a plan allows was used."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from kernel.common.ids import uuid7
from kernel.tenancy.models import TenantModel


class Usage(TenantModel):
    """What was used of a meter in a period; kept only where something limits it.

    Attributes:
        period: its first day; the first day of all for what never begins anew.
        told: the highest percentage that people were told of.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    meter = models.CharField(max_length=32)
    period = models.DateField()
    used = models.BigIntegerField(default=0)
    told = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["meter", "period"], name="quotas_usage_once"),
            models.CheckConstraint(condition=Q(used__gte=0), name="quotas_usage_counted"),
        ]
