"""The words that rows of levels and segments are made of."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class EarnsOn(TextChoices):
    """When an order counts for growth."""

    PAID = "paid", _("When it is paid")
    RECEIVED = "received", _("When it was received")
    COMPLETED = "completed", _("When it is completed")


class Match(TextChoices):
    """How many of several conditions must hold."""

    ALL = "all", _("All of them")
    ANY = "any", _("One of them")


class ChangeKind(TextChoices):
    """Why a member's level changed."""

    EARNED = "earned", _("Earned")
    LOST = "lost", _("Conditions no longer met")
    BY_HAND = "by_hand", _("Set by the shop")
    MERGED = "merged", _("From another account")
    RETIRED = "retired", _("The level was given up")


class WalkState(TextChoices):
    """How far a walk through all members is."""

    IDLE = "idle", _("Up to date")
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")


class Test(TextChoices):
    """How a condition compares."""

    __test__ = False

    AT_LEAST = "at_least", _("at least")
    AT_MOST = "at_most", _("at most")
    ANY = "any", _("is one of")
    NONE = "none", _("is none of")
