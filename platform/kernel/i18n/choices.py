"""The closed lists of languages and currencies."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RateSource(models.TextChoices):
    """Who says what a currency is worth."""

    MANUAL = "manual", _("Set by hand")
    PROVIDER = "provider", _("By a service, several times a day")


class RoundingRule(models.TextChoices):
    """Which way amounts are rounded."""

    NEAREST = "nearest", _("To the nearest")
    UP = "up", _("Up")
    DOWN = "down", _("Down")
