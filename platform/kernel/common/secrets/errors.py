"""What secret storage refuses."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class SecretsUnreadable(DomainError):
    """The sealed bytes do not open: damaged, of another row, or sealed by a retired key."""

    code: ClassVar[str] = "secrets.unreadable"
    status: ClassVar[int] = 503
    title = _("A stored secret cannot be read.")


class SecretMissing(DomainError):
    """Nothing is stored for this purpose."""

    code: ClassVar[str] = "secrets.missing"
    status: ClassVar[int] = 404
    title = _("No secret is stored for this purpose.")


class SecretTooLarge(DomainError):
    """The values take more room than a secret may."""

    code: ClassVar[str] = "secrets.too_large"
    status: ClassVar[int] = 413
    title = _("The secret is too large.")


class RootKeysUnusable(RuntimeError):
    """The root keys are absent, malformed or readable by others: the operator must act."""


class KeyServiceDown(RuntimeError):
    """The key service did not answer: nothing is known of the secret, try again."""
