"""Operation of the installation as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Stops of functions, and announcements."""

    name = "channel_center.operations"
    label = "channel_center_operations"

    def ready(self) -> None:
        """Say which functions are stopped, and what is announced."""
        from channel_center.operations.services.announcing import shown_to
        from channel_center.operations.services.stops import is_stopped
        from kernel.backoffice.announcing import add_announcements
        from tenants.entitlements import set_stops

        set_stops(is_stopped)
        add_announcements("operations", shown_to)
