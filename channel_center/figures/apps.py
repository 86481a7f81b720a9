"""Figures of shops as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class FiguresConfig(AppConfig):
    """How shops do, day by day."""

    name = "channel_center.figures"
    label = "channel_center_figures"

    def ready(self) -> None:
        """Take the figures of a shop over whenever they are made."""
        from channel_center.figures.services import take_over
        from kernel.analytics.following import follow

        follow("channel_center", take_over)
