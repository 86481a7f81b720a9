"""Work on many shops as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class BulkConfig(AppConfig):
    """The same done to many shops."""

    name = "channel_center.bulk"
    label = "channel_center_bulk"

    def ready(self) -> None:
        """Say what is told to single shops."""
        from channel_center.bulk.services.announcing import told_here
        from kernel.backoffice.announcing import add_announcements

        add_announcements("bulk", told_here)
