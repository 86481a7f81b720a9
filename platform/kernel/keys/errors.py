"""What concerns API keys and is refused."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidKey(DomainError):
    """A value that a key cannot have; ``field`` names which."""

    code: ClassVar[str] = "keys.invalid"
    status: ClassVar[int] = 422
    title = _("The API key cannot be kept like this.")


class UnknownKey(DomainError):
    """There is no such key."""

    code: ClassVar[str] = "keys.unknown"
    status: ClassVar[int] = 404
    title = _("There is no such API key.")


class KeyRevoked(DomainError):
    """The key was revoked, which cannot be undone."""

    code: ClassVar[str] = "keys.revoked"
    status: ClassVar[int] = 409
    title = _("This API key was revoked.")
