"""Alarms of shops' reward monitors: the table."""

from __future__ import annotations

from django.db import models
from typing_extensions import override

from kernel.common.ids import public_id, uuid7


class RewardAlarm(models.Model):
    """A monitor of a shop has left its limits; open until the figure is back.

    Attributes:
        alarm_id: the shop's own.
        measure: what was done, see `kernel.rewards.monitors.choices.Measure`.
        seen_by: who of the platform has taken note.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant_id = models.UUIDField()
    alarm_id = models.UUIDField()
    monitor = models.CharField(max_length=4)
    level = models.CharField(max_length=4)
    measure = models.CharField(max_length=6)
    figure = models.CharField(max_length=20)
    limit = models.CharField(max_length=20, default="", blank=True)
    raised_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.CharField(max_length=120, default="", blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "alarm_id"], name="channel_center_alarms_once"
            )
        ]
        indexes = [models.Index(fields=["-raised_at"], name="channel_center_alarms_newest")]

    @override
    def __str__(self) -> str:
        return f"{self.monitor} {self.figure}"

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("ral", self.id)
