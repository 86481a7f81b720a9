"""The words that rows of policy are made of."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ActivationState(TextChoices):
    """How a request to run modes stands."""

    ASKED = "asked", _("Waits for a second person")
    ACTIVE = "active", _("Active")
    SHOWN = "shown", _("Demonstrated without value")
    REFUSED = "refused", _("Refused")
    ENDED = "ended", _("Ended")


class Outcome(TextChoices):
    """What a verdict comes to."""

    PASS = "pass", _("Lawful")
    APPROVAL = "approval", _("Needs a legal opinion")
    BLOCK = "block", _("Unlawful")
