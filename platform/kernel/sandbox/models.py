"""The seal: where it lies, triggers of the schema refuse what has value."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.tenancy.models import TenantModel


class Seal(TenantModel):
    """Says that the schema is a sandbox's. Written once, never changed or deleted."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    sealed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="sandbox_one_seal")]

    @override
    def __str__(self) -> str:
        return "sandbox"
