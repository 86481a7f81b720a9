"""Templates of shops as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class SnapshotsConfig(AppConfig):
    """Templates of shops."""

    name = "channel_center.snapshots"
    label = "shop_templates"

    def ready(self) -> None:
        """Say how a template is brought into a shop."""
        from channel_center.snapshots.services.bringing import define_steps

        define_steps()
