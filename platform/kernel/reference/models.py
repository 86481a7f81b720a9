"""Reference tables: one copy in the schema ``shared``, read by every tenant."""

from __future__ import annotations

from django.db import models
from typing_extensions import override


class Currency(models.Model):
    """A currency of ISO 4217.

    Attributes:
        scale: decimal places of the minor unit; 2 for CNY, 0 for JPY.
    """

    code = models.CharField(primary_key=True, max_length=3)
    scale = models.PositiveSmallIntegerField()
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=40)

    class Meta:
        db_table = '"shared"."reference_currency"'
        ordering = ("code",)

    @override
    def __str__(self) -> str:
        return self.code
