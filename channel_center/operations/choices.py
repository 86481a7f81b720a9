"""Whom an announcement is for, and how pressing it is."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AnnouncedTo(models.TextChoices):
    """Whose consoles show an announcement."""

    ALL = "all", _("Everybody")
    PARTNERS = "partners", _("Channel partners")
    SHOPS = "shops", _("Shops")


class Urgency(models.TextChoices):
    """How an announcement looks."""

    INFO = "info", _("For information")
    WARNING = "warn", _("Warning")
