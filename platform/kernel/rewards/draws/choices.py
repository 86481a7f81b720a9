"""The words that rows of draws are made of."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """When it is known who has won."""

    RANKED = "ranked", _("Winners are drawn at the end")
    INSTANT = "instant", _("Each entry is drawn at once")


class Standing(TextChoices):
    """How a draw stands; it follows from what was written down of it."""

    COMING = "coming", _("Not open yet")
    OPEN = "open", _("Takes entries")
    CLOSED = "closed", _("Closed, to be revealed")
    REVEALED = "revealed", _("Revealed")
    STOPPED = "stopped", _("Stopped")
