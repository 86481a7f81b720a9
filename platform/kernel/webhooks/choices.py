"""The words that webhooks are described with; stored, and part of the API."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class EndpointState(TextChoices):
    """Whether an endpoint is told anything.

    A stopped one failed for too long: what happens is kept for it, and nothing is sent.
    """

    ON = "on", _("On")
    OFF = "off", _("Off")
    STOPPED = "stopped", _("Stopped after failing")


class DeliveryState(TextChoices):
    """What became of a delivery."""

    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Given up")


class Failure(TextChoices):
    """Why an attempt failed."""

    STATUS = "status", _("The receiver answered with an error")
    REDIRECT = "redirect", _("The receiver pointed elsewhere, which is not followed")
    TIMEOUT = "timeout", _("No answer in time")
    CONNECTION = "connection", _("No connection")
    TLS = "tls", _("The certificate was not accepted")
    NAME = "name", _("The host name was not found")
    ADDRESS = "address", _("The address is not in the open internet")
    SECRET = "secret", _("The secret could not be opened")
