"""The words that rows of rewards are made of."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ProgrammeState(TextChoices):
    """Whether a programme takes events."""

    DRAFT = "draft", _("Draft")
    LIVE = "live", _("Live")
    CLOSED = "closed", _("Closed")


class SettlementState(TextChoices):
    """How far a settlement is."""

    RUNNING = "running", _("Running")
    SUMMED = "summed", _("Added up")
    DONE = "done", _("Done")
