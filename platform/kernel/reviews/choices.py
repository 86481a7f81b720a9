"""The words that reviews are described with; stored, and part of the API."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ReviewState(TextChoices):
    """Whether a review, or what was appended to it, is shown."""

    WAITING = "waiting", _("Waiting")
    PUBLISHED = "published", _("Published")
    HIDDEN = "hidden", _("Hidden")


class ReviewPart(TextChoices):
    """What staff decide on."""

    REVIEW = "review", _("The review")
    ADDITION = "addition", _("What was appended")
