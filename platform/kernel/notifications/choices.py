"""The words that messages are described with; stored, and part of the API."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MessageChannel(TextChoices):
    """How a message reaches somebody."""

    INBOX = "inbox", _("In the shop")
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")
    PRINTER = "printer", _("Printer")


class MessageState(TextChoices):
    """What became of a message."""

    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Given up")
    SKIPPED = "skipped", _("Not sent")


class SignState(TextChoices):
    """Whether text messages may go out in a name."""

    WAITING = "waiting", _("Waits for the platform")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")


class Audience(TextChoices):
    """Whom a kind of message is for."""

    MEMBER = "member", _("Buyers")
    STAFF = "staff", _("Staff")


class Topic(TextChoices):
    """What members choose about, for each channel."""

    ORDERS = "orders", _("Orders and payments")
    ACCOUNT = "account", _("My account")
    OFFERS = "offers", _("Offers and coupons")


class Skipped(TextChoices):
    """Why a message is not sent."""

    UNWANTED = "unwanted", _("The recipient does not want it")
    TOO_MANY = "too_many", _("Too many within a day")
    NO_ADDRESS = "no_address", _("No address is known")
    COPIED = "copied", _("The shop that this one was copied from sends it")
    OVER_PLAN = "over_plan", _("The plan allows no more text messages this month")
    NO_PROVIDER = "no_provider", _("No text message gateway is set up")
