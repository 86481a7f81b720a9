"""The words that ledger rows are made of."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AssetKind(TextChoices):
    """What a unit of an asset stands for."""

    CASH = "cash", _("Cash")
    COMMISSION = "commission", _("Commission")
    STORED_VALUE = "stored_value", _("Stored value")
    POINTS = "points", _("Points")
    GROWTH = "growth", _("Growth")
    PROMISE = "promise", _("Promise")
    COUPON = "coupon", _("Coupon")
    CHANCE = "chance", _("Chance")
    GOODS = "goods", _("Goods")


class OwnerKind(TextChoices):
    """Whose an account is."""

    MEMBER = "member", _("Member")
    SELLER = "seller", _("Seller")
    TENANT = "tenant", _("Shop")
    GATEWAY = "gateway", _("Payment gateway")
    SYSTEM = "system", _("System")


class State(TextChoices):
    """What may be done with the units of an account.

    ``frozen`` belongs to holds alone: the frozen balance of an owner is what his
    open holds still keep. What waits for a date is booked as ``locked``.
    """

    AVAILABLE = "available", _("Available")
    FROZEN = "frozen", _("Frozen")
    LOCKED = "locked", _("Locked")
    CLAIM = "claim", _("Claim")
    QUOTA = "quota", _("Quota")
    COUPON = "coupon", _("Coupon")
    STOCK = "stock", _("Stock")
    GOODS = "goods", _("Goods")
