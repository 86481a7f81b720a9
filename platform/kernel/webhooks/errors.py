"""What concerns webhooks and is refused."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidEndpoint(DomainError):
    """A value that an endpoint cannot have; ``field`` names which."""

    code: ClassVar[str] = "webhooks.invalid"
    status: ClassVar[int] = 422
    title = _("The webhook cannot be kept like this.")


class UnknownEndpoint(DomainError):
    """There is no such endpoint."""

    code: ClassVar[str] = "webhooks.unknown_endpoint"
    status: ClassVar[int] = 404
    title = _("There is no such webhook.")


class UnknownDelivery(DomainError):
    """There is no such delivery."""

    code: ClassVar[str] = "webhooks.unknown_delivery"
    status: ClassVar[int] = 404
    title = _("There is no such delivery.")


class EndpointIsOff(DomainError):
    """Nothing is sent to an endpoint that is off."""

    code: ClassVar[str] = "webhooks.endpoint_is_off"
    status: ClassVar[int] = 409
    title = _("Switch the webhook on first.")
