"""Flags and their rules: the tables."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from channel_center.flags.choices import RuleKind
from kernel.common.db.conditions import one_of


class Flag(models.Model):
    """Something that is on for some shops, and off for others.

    Attributes:
        code: that the program asks for.
        is_on: False: off for everybody, whatever the rules say.
        percent: of the shops that no rule names.
    """

    code = models.CharField(max_length=80, primary_key=True)
    note = models.CharField(max_length=300, default="", blank=True)
    is_on = models.BooleanField(default=True)
    percent = models.PositiveSmallIntegerField(default=0)
    changed_by = models.CharField(max_length=200)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(percent__lte=100), name="flags_percent"),
        ]


class FlagRule(models.Model):
    """For whom a flag is on, or off, by name.

    Attributes:
        value: hex of the id of a shop or partner, or the number of a ring.
    """

    id = models.BigAutoField(primary_key=True)
    flag = models.ForeignKey(Flag, on_delete=models.CASCADE, related_name="rules")
    kind = models.CharField(max_length=8, choices=RuleKind.choices)
    value = models.CharField(max_length=32)
    is_on = models.BooleanField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["flag", "kind", "value"], name="flags_rule_once"),
            models.CheckConstraint(condition=one_of("kind", RuleKind.values), name="flags_kind"),
        ]
