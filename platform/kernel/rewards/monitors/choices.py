"""The words that rows of monitors are made of."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Level(TextChoices):
    """How a figure stands to its limits."""

    NONE = "none", _("Too little to tell")
    OK = "ok", _("Within limits")
    WARN = "warn", _("Near the limit")
    ACT = "act", _("Beyond the limit")


class Measure(TextChoices):
    """What happens beyond a limit."""

    FREEZE = "freeze", _("Rewards are frozen")
    STOP = "stop", _("Nothing new is earned")
    DRAWS = "draws", _("The draw is stopped")
    QUEUE = "queue", _("People look at it")
    NOTICE = "notice", _("The shop says so in public")
    NONE = "none", _("Staff are told")


class LooseningState(TextChoices):
    """What became of a request to loosen limits."""

    ASKED = "asked", _("Waits for a second person")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    DROPPED = "dropped", _("Overtaken")
