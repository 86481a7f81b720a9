"""The closed lists of forms."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class AskKind(models.TextChoices):
    """What a field of a form asks for."""

    TEXT = "text", _("One line of text")
    LONG = "long", _("Several lines of text")
    EMAIL = "email", _("E-mail address")
    PHONE = "phone", _("Telephone number")
    NUMBER = "number", _("Number")
    DATE = "date", _("Day")
    CHOICE = "choice", _("One of a list")
    CHOICES = "choices", _("Several of a list")
    TICK = "tick", _("A tick, such as a consent")


LISTED: Final = frozenset({AskKind.CHOICE, AskKind.CHOICES})
"""Kinds that have a list to choose from."""
