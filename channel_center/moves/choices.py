"""Where a move stands, and who began it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class MoveState(models.TextChoices):
    """Where a move stands."""

    ASKED = "asked", _("Waits for the shop's owner")
    CONFIRMED = "confirmed", _("Waits for the new provider")
    ACCEPTED = "accepted", _("Waits for approval")
    RUNNING = "running", _("Being moved")
    DONE = "done", _("Moved")
    FAILED = "failed", _("Failed, nothing was changed")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


DECIDABLE = (MoveState.ASKED, MoveState.CONFIRMED, MoveState.ACCEPTED)
"""Somebody still has to say something."""
OPEN_MOVES = (*DECIDABLE, MoveState.RUNNING)
"""A shop has one of these at most."""


class AskedBy(models.TextChoices):
    """Who began a move."""

    SHOP = "shop", _("The shop")
    GIVING = "giving", _("The present provider")
    OPERATOR = "operator", _("The platform")
