"""What a search can be ordered by."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sort(models.TextChoices):
    """In which order products are found."""

    RELEVANCE = "relevance", _("Best match")
    NEWEST = "newest", _("Newest")
    CHEAPEST = "cheapest", _("Price: low to high")
    DEAREST = "dearest", _("Price: high to low")
    SALES = "sales", _("Best selling")
