"""Packs that a shop has composed: the table."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.ids import uuid7
from kernel.tenancy.models import TenantModel


class OwnPack(TenantModel):
    """A pack of a shop's own. Once somebody has asked to run it, it is changed no more.

    Attributes:
        code: begins with ``OWN-``; a changed pack has another.
        document: as `packs/pack.schema.json` describes it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=32, unique=True)
    document = models.JSONField()
    made_by = models.CharField(max_length=80, default="", blank=True)
    changed_at = models.DateTimeField(db_default=Now())

    @override
    def __str__(self) -> str:
        return self.code
