"""The closed lists of the catalogue."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProductKind(models.TextChoices):
    """What is handed over when a product is sold."""

    PHYSICAL = "physical", _("Goods that are shipped")
    VIRTUAL = "virtual", _("Digital content")
    CARD_KEY = "card_key", _("Card with a key")
    SERVICE = "service", _("Service")
    BUNDLE = "bundle", _("Bundle of other goods")


class ProductStatus(models.TextChoices):
    """Whether a product can be seen at all; its dates narrow `ACTIVE` further."""

    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("On sale")
    ARCHIVED = "archived", _("Archived")


class VariantStatus(models.TextChoices):
    """Whether a variant can be bought."""

    ACTIVE = "active", _("On sale")
    ARCHIVED = "archived", _("Archived")


class OutOfStock(models.TextChoices):
    """What happens to an order for more than there is."""

    REFUSE = "refuse", _("Not sold")
    BACKORDER = "backorder", _("Sold, shipped later")
    PREORDER = "preorder", _("Sold ahead of its arrival")


class AfterSalePolicy(models.TextChoices):
    """What a buyer may do after the sale."""

    SEVEN_DAYS = "seven_days", _("Returns within 7 days, without a reason")
    FIFTEEN_DAYS = "fifteen_days", _("Returns within 15 days, without a reason")
    EXCHANGE_ONLY = "exchange_only", _("Exchange for faults only")
    NONE = "none", _("No returns")


class PictureState(models.TextChoices):
    """How far a picture has come."""

    WAITING = "waiting", _("Being prepared")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")


class CategoryPurpose(models.TextChoices):
    """Whom a category serves: shoppers who look around, or staff who keep order."""

    SHOP = "shop", _("Shown in the shop")
    INTERNAL = "internal", _("For staff")


class CollectionKind(models.TextChoices):
    """Who chooses the products of a collection."""

    MANUAL = "manual", _("Chosen by hand")
    RULES = "rules", _("Chosen by rules")
