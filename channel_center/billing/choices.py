"""The words that rows of billing are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ProductKind(models.TextChoices):
    """What a product gives."""

    PLAN = "plan", _("Plan")
    MODULE = "module", _("Module")
    PACK = "pack", _("Package")
    QUOTA = "quota", _("Quota")
    SERVICE = "service", _("Service")
    BUNDLE = "bundle", _("Bundle")


class Term(models.TextChoices):
    """For how long one payment lasts."""

    MONTH = "month", _("Monthly")
    YEAR = "year", _("Yearly")
    ONE_OFF = "one_off", _("One-off")
    PERPETUAL = "perpetual", _("For good")
    USAGE = "usage", _("By use")


RECURRING: Final = frozenset({Term.MONTH.value, Term.YEAR.value})
FOR_GOOD: Final = frozenset({Term.ONE_OFF.value, Term.PERPETUAL.value})


class RefundPolicy(models.TextChoices):
    """What of a payment may be given back."""

    NONE = "none", _("Nothing")
    WINDOW = "window", _("All of it for some days")
    PRO_RATA = "pro_rata", _("What is left of the time")


class Audience(models.TextChoices):
    """Who buys from a price list."""

    PARTNER = "partner", _("Partners below")
    SHOP = "shop", _("Shops")


class ListState(models.TextChoices):
    """Whether a price list counts."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")


class SubscriptionState(models.TextChoices):
    """Where a subscription stands."""

    TRIALING = "trialing", _("Being tried")
    ACTIVE = "active", _("Running")
    PAST_DUE = "past_due", _("Payment overdue")
    GRACE = "grace", _("Read-only, unpaid")
    CANCELED = "canceled", _("Ended")
    EXPIRED = "expired", _("Run out")


OPEN_STATES: Final = (
    SubscriptionState.TRIALING,
    SubscriptionState.ACTIVE,
    SubscriptionState.PAST_DUE,
    SubscriptionState.GRACE,
)


class Collection(models.TextChoices):
    """How the seller of a shop gets what the shop owes.

    On account the balance is left alone: it is lent up to the shop's limit, and what comes in
    pays it back.
    """

    WALLET = "wallet", _("From the balance")
    MANUAL = "manual", _("On account")


class ChargeKind(models.TextChoices):
    """What a charge was for."""

    TRIAL = "trial", _("Trial")
    PURCHASE = "purchase", _("Purchase")
    RENEWAL = "renewal", _("Renewal")
    UPGRADE = "upgrade", _("Upgrade")
    DOWNGRADE = "downgrade", _("Smaller edition from the next period")
    USAGE = "usage", _("Use")
    MOVE = "move", _("Taken over by another provider")


class PartyKind(models.TextChoices):
    """Who owns a wallet or stands on an invoice."""

    OPERATOR = "operator", _("Operator")
    PARTNER = "partner", _("Partner")
    SHOP = "shop", _("Shop")


class InvoiceKind(models.TextChoices):
    """What an invoice says."""

    INVOICE = "invoice", _("Invoice")
    CREDIT = "credit", _("Credit note")


class NoticeKind(models.TextChoices):
    """What somebody was told about a subscription."""

    EXPIRING = "expiring", _("Runs out soon")
    PAST_DUE = "past_due", _("Payment overdue")
    READ_ONLY = "read_only", _("Read-only")
    CLOSED = "closed", _("Closed")
    ARCHIVED = "archived", _("Archived")
    RENEWED = "renewed", _("Renewed")


CATEGORIES: Final[Mapping[str, str | Promise]] = {
    "marketing": _("Marketing"),
    "sales": _("Selling"),
    "members": _("Members"),
    "service": _("Service"),
    "payments": _("Payments"),
    "logistics": _("Shipping"),
    "connector": _("Connections"),
    "plan": _("Plans"),
    "pack": _("Packages"),
    "bundle": _("Bundles"),
    "quota": _("More room"),
    "module": _("Functions"),
    "other": _("Other"),
}
LIMITS: Final[Mapping[str, Promise]] = {
    "most": _("At most"),
    "soft": _("Included"),
    "bytes": _("Room for files"),
    "days": _("Days"),
}


def limit_name(code: str) -> str:
    """Return what a limit of an edition is called."""
    return str(LIMITS.get(code, code))
