"""The words that after-sales cases are described with; stored, and part of the API."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CaseKind(TextChoices):
    """What a buyer asks for."""

    REFUND_ONLY = "refund_only", _("Refund only")
    RETURN_REFUND = "return_refund", _("Return and refund")
    EXCHANGE = "exchange", _("Exchange")
    CLAIM = "claim", _("Claim")


class Remedy(TextChoices):
    """How a case is made good."""

    MONEY = "money", _("Money back")
    REPLACEMENT = "replacement", _("A replacement")


class CaseState(TextChoices):
    """Where a case stands; moved by `kernel.aftersales.machine` alone."""

    REQUESTED = "requested", _("Waiting for the shop")
    OFFERED = "offered", _("Waiting for the buyer's answer")
    APPROVED = "approved", _("Waiting for the goods to be sent back")
    SHIPPED_BACK = "shipped_back", _("Sent back")
    RECEIVED = "received", _("Goods received")
    PAYING = "paying", _("Waiting for the difference")
    REPLACING = "replacing", _("Replacement being sent")
    REFUNDING = "refunding", _("Refund under way")
    REFUNDED = "refunded", _("Refunded")
    EXCHANGED = "exchanged", _("Exchanged")
    REJECTED = "rejected", _("Declined")
    CANCELLED = "cancelled", _("Withdrawn")
    DISPUTED = "disputed", _("In dispute")
    ARBITRATED = "arbitrated", _("Declined after a dispute")


class Reason(TextChoices):
    """Why a buyer asks."""

    UNWANTED = "unwanted", _("No longer wanted")
    WRONG_SIZE = "wrong_size", _("Does not fit")
    LATE = "late", _("Takes too long")
    NOT_RECEIVED = "not_received", _("Has not arrived")
    MISSING = "missing", _("Something is missing")
    DAMAGED = "damaged", _("Arrived damaged")
    FAULTY = "faulty", _("Faulty")
    WRONG_ITEM = "wrong_item", _("Something else was sent")
    NOT_AS_DESCRIBED = "not_as_described", _("Not as described")
    OTHER = "other", _("Another reason")


FAULTS: Final = frozenset(
    {
        Reason.MISSING,
        Reason.DAMAGED,
        Reason.FAULTY,
        Reason.WRONG_ITEM,
        Reason.NOT_AS_DESCRIBED,
    }
)
"""Reasons that the shop answers for."""


class LineRole(TextChoices):
    """Why a line stands in a case."""

    GOODS = "goods", _("Goods")
    GIFT = "gift", _("Gift that goes back with them")


class Side(TextChoices):
    """Who speaks in a case."""

    BUYER = "buyer", _("Buyer")
    SHOP = "shop", _("Shop")
    PLATFORM = "platform", _("Arbitrator")
    SYSTEM = "system", _("The system")


class EntryKind(TextChoices):
    """What an entry of a case's story tells."""

    REQUESTED = "requested", _("Requested")
    MESSAGE = "message", _("Message")
    OFFERED = "offered", _("Another settlement proposed")
    OFFER_TAKEN = "offer_taken", _("Proposal accepted")
    OFFER_DECLINED = "offer_declined", _("Proposal declined")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Declined")
    SENT_BACK = "sent_back", _("Sent back")
    RECEIVED = "received", _("Goods received")
    INSPECTED = "inspected", _("Goods inspected")
    CHARGED = "charged", _("Difference to be paid")
    PAID = "paid", _("Difference paid")
    MONEY_INSTEAD = "money_instead", _("Money back instead of the exchange")
    REPLACED = "replaced", _("Replacement sent")
    REFUNDING = "refunding", _("Refund asked for")
    REFUND_FAILED = "refund_failed", _("Refund failed")
    REFUNDED = "refunded", _("Refunded")
    CANCELLED = "cancelled", _("Withdrawn")
    LAPSED = "lapsed", _("Time over")
    STUCK = "stuck", _("Needs somebody of the shop")
    DISPUTED = "disputed", _("Taken to dispute")
    ESCALATED = "escalated", _("Taken to the platform")
    ARBITRATED = "arbitrated", _("Decided by arbitration")


class Verdict(TextChoices):
    """How a dispute was decided."""

    BUYER = "buyer", _("For the buyer")
    SHOP = "shop", _("For the shop")


class PayoutMeans(TextChoices):
    """How money goes back."""

    ORIGINAL = "original", _("The way it was paid")
    WALLET = "wallet", _("To the balance")
    HAND = "hand", _("By hand")


class PayoutState(TextChoices):
    """What became of money that goes back."""

    ASKED = "asked", _("Under way")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
