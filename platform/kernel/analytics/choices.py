"""The closed lists of the figures."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Step(models.TextChoices):
    """What a visitor does; each is further on the way to an order than the one before."""

    PAGE = "page", _("Visited the shop")
    PRODUCT = "product", _("Looked at a product")
    CART = "cart", _("Put something into the cart")
    CHECKOUT = "checkout", _("Began the checkout")
    PLACED = "placed", _("Placed an order")


PAID: Final = "paid"
"""The last step of the way: nobody tells it, the orders know."""


class Channel(models.TextChoices):
    """Where a visit comes from."""

    DIRECT = "direct", _("Direct")
    SEARCH = "search", _("Search engines")
    SOCIAL = "social", _("Social networks")
    ADVERTISING = "ads", _("Advertising")
    CAMPAIGN = "campaign", _("Campaigns")
    INVITATION = "invitation", _("Shared by members")
    REFERRAL = "referral", _("Other sites")


class Device(models.TextChoices):
    """What is looked at the shop with."""

    PHONE = "phone", _("Telephone")
    TABLET = "tablet", _("Tablet")
    COMPUTER = "computer", _("Computer")


class Grain(models.TextChoices):
    """How long a part of a series is."""

    HOUR = "hour", _("Hours")
    DAY = "day", _("Days")
    MONTH = "month", _("Months")
