"""The words that promotions and coupons are described with; stored, and part of the API."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Match(TextChoices):
    """How many of its conditions a promotion needs."""

    ALL = "all", _("All conditions")
    ANY = "any", _("One of the conditions")


class CouponKind(TextChoices):
    """What a coupon is good for."""

    AMOUNT = "amount", _("Money off")
    PERCENT = "percent", _("Per cent off")
    FREIGHT = "freight", _("Free shipping")
    EXCHANGE = "exchange", _("One piece for free")


class Channel(TextChoices):
    """How people come by a coupon."""

    PAGE = "page", _("Coupon page")
    POPUP = "popup", _("Pop-up on the front page")
    CODE = "code", _("Coupon code")
    STAFF = "staff", _("Given by staff")
    REGISTER = "register", _("On joining")
    PAID = "paid", _("After an order")
    POINTS = "points", _("For points")


class CouponState(TextChoices):
    """Where a member's coupon stands."""

    UNUSED = "unused", _("Usable")
    LOCKED = "locked", _("In an unpaid order")
    USED = "used", _("Used")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Withdrawn")


class BatchState(TextChoices):
    """How far a batch of codes is."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Being made")
    DONE = "done", _("Complete")
