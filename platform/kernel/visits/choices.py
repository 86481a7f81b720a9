"""How a visit stands."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class VisitState(models.TextChoices):
    """What became of a wish to be let in."""

    ASKED = "asked", _("Waits for the shop")
    GRANTED = "granted", _("Let in")
    REFUSED = "refused", _("Refused")
    ENDED = "ended", _("Over")
