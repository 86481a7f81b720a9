"""The closed lists of the stock."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LocationKind(models.TextChoices):
    """What stands at a location."""

    WAREHOUSE = "warehouse", _("Warehouse")
    STORE = "store", _("Physical shop")


class RoutingRule(models.TextChoices):
    """Which of the locations that could serve an order do."""

    FEWEST = "fewest", _("Fewest parcels, then order of use")
    NEAREST = "nearest", _("Nearest to the buyer, then fewest parcels")


class MovementKind(models.TextChoices):
    """The verbs that stock is moved by."""

    RECEIVED = "received", _("Received into stock")
    ALLOCATED = "allocated", _("Promised to an order")
    SHIPPED = "shipped", _("Shipped out")
    RELEASED = "released", _("Given back by an order")
    ADJUSTED = "adjusted", _("Stock corrected")
    TRANSFERRED = "transferred", _("Moved to another location")
    COUNTED = "counted", _("Counted")


class TransferState(models.TextChoices):
    """How far goods between two locations have come."""

    SENT = "sent", _("On the way")
    RECEIVED = "received", _("Arrived")
