"""What can be done to many shops at once, and how far it is."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class BulkAction(models.TextChoices):
    """What is done to each of the shops."""

    HOLD = "hold", _("Hold back")
    LIFT = "lift", _("Lift what was held back")
    MODULE_ON = "module_on", _("Switch a function on")
    MODULE_OFF = "module_off", _("Switch a function off")
    TEMPLATE = "template", _("Bring a template in")
    ANNOUNCE = "announce", _("Announce something")
    RING = "ring", _("Put into a ring of upgrades")
    PAGES = "pages", _("Copy pages from another shop")
    TAKE_BACK = "take_back", _("Take back what was brought")


FOR_OPERATOR: Final = frozenset({BulkAction.RING})
"""What partners cannot do."""

ASKED_ELSEWHERE: Final = frozenset({BulkAction.PAGES, BulkAction.TAKE_BACK})
"""What begins on pages of its own, not from the list of shops."""

BRINGS: Final = frozenset({BulkAction.TEMPLATE, BulkAction.PAGES})
"""What can be taken back."""


class BulkState(models.TextChoices):
    """How far work on many shops is."""

    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    STOPPED = "stopped", _("Stopped")


class ItemState(models.TextChoices):
    """How far it is in one shop."""

    WAITING = "waiting", _("Waiting")
    BEGUN = "begun", _("Being done")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Not done")
    LEFT = "left", _("Left out")
