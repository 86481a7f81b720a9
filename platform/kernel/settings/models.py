"""Values that a tenant chose; what is not chosen has the manifest's default."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from typing_extensions import override

from kernel.tenancy.models import TenantModel


class Setting(TenantModel):
    """One chosen value of a module's setting."""

    id = models.BigAutoField(primary_key=True)
    module = models.CharField(max_length=32)
    key = models.CharField(max_length=64)
    value = models.JSONField()
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["module", "key"], name="settings_one_value")]

    @override
    def __str__(self) -> str:
        return f"{self.module}.{self.key}"
