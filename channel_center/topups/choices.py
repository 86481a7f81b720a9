"""The words that top-ups are described with."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Method(models.TextChoices):
    """How the money comes."""

    STRIPE = "stripe", _("Card, by Stripe")
    BANK = "bank", _("Bank transfer")


class TopUpState(models.TextChoices):
    """Where a top-up stands."""

    OPEN = "open", _("Being paid")
    CHECKING = "checking", _("Being checked")
    CREDITED = "credited", _("On the balance")
    REFUSED = "refused", _("Refused")
    CLOSED = "closed", _("Not paid")


class ReversalKind(models.TextChoices):
    """Why money of a top-up left again."""

    REFUND = "refund", _("Refunded at Stripe")
    DISPUTE = "dispute", _("Disputed by the card's holder")
