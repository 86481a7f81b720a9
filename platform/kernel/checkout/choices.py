"""The closed lists of checkout."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Rate(TextChoices):
    """How freight is counted."""

    FREE = "free", _("Free")
    FLAT = "flat", _("One price for the parcel")
    PER_PIECE = "per_piece", _("By the number of pieces")
