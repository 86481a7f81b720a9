"""The words that rows of risk are made of."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class TraceKind(TextChoices):
    """By what accounts are seen to belong together."""

    DEVICE = "device", _("Device")
    NETWORK = "network", _("Network address")
    PAYOUT = "payout", _("Account for payouts")
    RECIPIENT = "recipient", _("Recipient of parcels")


class Rule(TextChoices):
    """Why somebody is to look."""

    SELF_REFERRAL = "self_referral", _("Self-referral")
    CLUSTER = "cluster", _("Accounts that belong together")
    VELOCITY = "velocity", _("Too fast")
    REFUND_ABUSE = "refund_abuse", _("Many refunds")


class CaseState(TextChoices):
    """What became of a case."""

    OPEN = "open", _("To be decided")
    CLEARED = "cleared", _("Harmless")
    HELD = "held", _("Payouts held")
    RELEASED = "released", _("Payouts released")
