"""The states of what was handed over."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class FulfilmentState(TextChoices):
    """Where a parcel, a pickup or a delivery stands."""

    PENDING = "pending", _("Being prepared")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Received")
    RETURNED = "returned", _("Returned")
    CANCELLED = "cancelled", _("Cancelled")
