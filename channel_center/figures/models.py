"""Figures of shops by day, and of the fleet by hour: the tables."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class ShopDay(models.Model):
    """One day of one shop, by the shop's own clock and in its own currency.

    Attributes:
        bought: visits that ended with a paid order.
        paid, paid_minor, refunded_minor: orders that were paid, what came in, what went back.
    """

    id = models.BigAutoField(primary_key=True)
    tenant_id = models.UUIDField()
    day = models.DateField()
    currency = models.CharField(max_length=3)
    visits = models.PositiveIntegerField()
    visitors = models.PositiveIntegerField()
    bought = models.PositiveIntegerField()
    paid = models.PositiveIntegerField()
    paid_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField()
    told_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant_id", "day"], name="figures_shop_day_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["day"], name="figures_shop_days"),
        ]


class FleetHour(models.Model):
    """How the fleet was in an hour, as it was looked at last.

    Attributes:
        at: the hour's beginning.
        living, behind: shops, and those of them that did not stand on the release.
        queue: signs of events that waited for delivery.
        failed: jobs by the clock that were given up within the day before.
    """

    at = models.DateTimeField(primary_key=True)
    living = models.PositiveIntegerField()
    behind = models.PositiveIntegerField()
    queue = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
