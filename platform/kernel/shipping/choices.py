"""The closed lists of shipping."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from kernel.orders.choices import FulfilmentMethod


class Measure(TextChoices):
    """What a template counts."""

    PIECE = "piece", _("Pieces")
    WEIGHT = "weight", _("Weight")
    VOLUME = "volume", _("Volume")


class Combining(TextChoices):
    """What goods of several templates in one parcel cost together."""

    FIRST_ONCE = "first_once", _("The dearest first unit once, all else as further units")
    SUM = "sum", _("Each template in full, added up")
    HIGHEST = "highest", _("Only the template that costs most")


class FreeMatch(TextChoices):
    """How many of the conditions make a delivery free."""

    ANY = "any", _("any of them")
    ALL = "all", _("all of them")


BROUGHT: Final = frozenset({FulfilmentMethod.EXPRESS, FulfilmentMethod.SAME_CITY})
"""What needs an address."""

METHODS: Final = (FulfilmentMethod.EXPRESS, FulfilmentMethod.SAME_CITY, FulfilmentMethod.PICKUP)
"""What a way to ship may be; the others need none."""
