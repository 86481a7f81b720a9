"""Check-in as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class CheckInConfig(AppConfig):
    """Daily check-in: points for coming back, more of them for coming back every day."""

    name = "apps.check_in"
    label = "check_in"

    def ready(self) -> None:
        """Make the events known, so that stored ones can be read back."""
        from apps.check_in import events  # noqa: F401  importing registers them
