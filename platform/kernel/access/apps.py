"""Staff as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """People who run things: a tenant's staff, and the platform's."""

    name = "kernel.access"
    label = "access"

    def ready(self) -> None:
        """Make the way to sign in known to the API's document."""
        from kernel.access.api import schema  # noqa: F401  importing registers it
