"""States of a channel partner."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DisputeState(models.TextChoices):
    """Whether a dispute that was brought here waits for a decision."""

    OPEN = "open", _("To be decided")
    DECIDED = "decided", _("Decided")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ChannelState(models.TextChoices):
    """Whether a channel partner may work."""

    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
