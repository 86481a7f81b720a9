"""The closed lists of carts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CartPurpose(models.TextChoices):
    """What a cart is for."""

    CART = "cart", _("Shopping cart")
    BUY_NOW = "buy_now", _("Buy now")


class WarningCode(models.TextChoices):
    """What a buyer is told of a line before it is charged."""

    PRICE_RAISED = "price_raised", _("The price has gone up since you added this.")
    PRICE_LOWERED = "price_lowered", _("The price has gone down since you added this.")
    SOLD_OUT = "sold_out", _("This is sold out.")
    LESS_LEFT = "less_left", _("Fewer are left than you want.")
    NOT_ON_SALE = "not_on_sale", _("This is no longer on sale.")
    OVER_LIMIT = "over_limit", _("This is more than one order may have.")
    BELOW_MINIMUM = "below_minimum", _("This is less than one order must have.")
    WRONG_STEP = "wrong_step", _("This is sold in fixed steps only.")


class Fulfilment(models.TextChoices):
    """How what is bought comes to the buyer."""

    SHIPPED = "shipped", _("Brought to an address")
    DIGITAL = "digital", _("Delivered online")
    SERVICE = "service", _("Service on the spot")


class DropReason(models.TextChoices):
    """Why something did not come along when carts were merged."""

    LIMIT = "limit", _("One order may not have more.")
    FULL = "full", _("The cart is full.")
    NOT_ON_SALE = "not_on_sale", _("It is no longer on sale.")
