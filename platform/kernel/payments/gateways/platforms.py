"""The platform accounts that tenants' accounts are connected to.

The composition root may name another source, so that a channel's tenants connect
to the channel's own platform account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from django.conf import settings

from kernel.payments.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform's own credentials."""

    publishable_key: str
    secret_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)


class Platforms(Protocol):
    """Where platform accounts come from."""

    def platform(self, gateway: str, *, live: bool) -> Platform:
        """Return the platform account of the current tenant.

        Raises:
            Misconfigured: there is none.
        """
        ...


class SettingsPlatforms:
    """One platform account for the whole installation, from ``STOA_PAYMENT_PLATFORMS``."""

    def platform(self, gateway: str, *, live: bool) -> Platform:
        """Return the installation's platform account."""
        known: Mapping[str, Mapping[str, str]] = settings.STOA_PAYMENT_PLATFORMS
        found = known.get(f"{gateway}.{'live' if live else 'test'}", {})
        if not found.get("secret_key"):
            raise Misconfigured("no platform account")
        return Platform(
            publishable_key=found.get("publishable_key", ""),
            secret_key=found["secret_key"],
            webhook_secret=found.get("webhook_secret", ""),
        )


_platforms: Platforms = SettingsPlatforms()


def set_platforms(source: Platforms) -> None:
    """Ask another source from now on."""
    global _platforms  # noqa: PLW0603  one port of the process
    _platforms = source


def platform_of(gateway: str, *, live: bool) -> Platform:
    """Return the platform account for the current tenant.

    Raises:
        Misconfigured: there is none.
    """
    return _platforms.platform(gateway, live=live)
