"""The words that taxes are described with; stored, and part of the API."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Rounding(TextChoices):
    """Where fractions of the smallest coin are rounded."""

    LINE = "line", _("On each line")
    ORDER = "order", _("Once for each order")


class FreightTax(TextChoices):
    """How shipping is taxed."""

    NONE = "none", _("Not taxed")
    GOODS = "goods", _("Like the goods, in proportion")
    CLASS = "class", _("By a tax class of its own")


class ExemptionState(TextChoices):
    """Where an exemption stands."""

    REQUESTED = "requested", _("Requested")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")
    ENDED = "ended", _("Ended")
