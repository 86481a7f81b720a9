"""The words that files are described with; stored, and part of the API."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AssetKind(TextChoices):
    """What a file is, by its content."""

    IMAGE = "image", _("Picture")
    VIDEO = "video", _("Video")
    AUDIO = "audio", _("Sound")
    FILE = "file", _("File")


class AssetState(TextChoices):
    """Whether a file can be shown."""

    WAITING = "waiting", _("Being prepared")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Damaged")


class Origin(TextChoices):
    """Whose file it is: the shop's, or sent by somebody who buys there."""

    LIBRARY = "library", _("The shop's own")
    SENT = "sent", _("Sent by buyers")


class Corner(TextChoices):
    """Where a watermark stands in a picture."""

    BOTTOM_RIGHT = "bottom_right", _("Bottom right")
    BOTTOM_LEFT = "bottom_left", _("Bottom left")
    TOP_RIGHT = "top_right", _("Top right")
    TOP_LEFT = "top_left", _("Top left")
    CENTRE = "centre", _("In the middle")


class Form(TextChoices):
    """How a cut picture is written: AVIF is smaller, and takes longer to make."""

    WEBP = "webp", "WebP"
    AVIF = "avif", "AVIF"


class Fit(TextChoices):
    """How a picture comes into a frame.

    Whole, filling it around its focal point, or as wide as it, however long.
    """

    WHOLE = "whole", _("Whole")
    FILL = "fill", _("Filling the frame")
    WIDE = "wide", _("As wide as the frame")
