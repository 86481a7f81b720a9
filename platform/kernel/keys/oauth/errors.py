"""What concerns apps and is refused."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidApp(DomainError):
    """A value that an app cannot have; ``field`` names which."""

    code: ClassVar[str] = "keys.invalid_app"
    status: ClassVar[int] = 422
    title = _("The app cannot be kept like this.")


class UnknownApp(DomainError):
    """There is no such app."""

    code: ClassVar[str] = "keys.unknown_app"
    status: ClassVar[int] = 404
    title = _("There is no such app.")


class RequestRefused(DomainError):
    """A request of an app that is refused; ``error`` is its name in RFC 6749."""

    code: ClassVar[str] = "keys.request_refused"
    status: ClassVar[int] = 400
    title = _("The app asked for something that cannot be.")
