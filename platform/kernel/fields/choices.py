"""The closed lists of own fields."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Subject(models.TextChoices):
    """What a field is of."""

    PRODUCT = "product", _("Product")
    MEMBER = "member", _("Member")
    ORDER = "order", _("Order")


class FieldKind(models.TextChoices):
    """What a field holds."""

    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    CHOICE = "choice", _("One of a list")
    BOOLEAN = "boolean", _("Yes or no")
    DATE = "date", _("Day")
