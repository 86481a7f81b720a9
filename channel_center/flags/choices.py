"""Whom a rule of a flag is about."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RuleKind(models.TextChoices):
    """What a rule names."""

    TENANT = "tenant", _("Shop")
    CHANNEL = "channel", _("Channel partner")
    RING = "ring", _("Ring")
