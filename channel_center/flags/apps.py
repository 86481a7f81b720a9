"""Flags as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class FlagsConfig(AppConfig):
    """What is switched on for some shops first."""

    name = "channel_center.flags"
    label = "channel_center_flags"

    def ready(self) -> None:
        """Say who decides on flags."""
        from channel_center.flags.services.deciding import decides
        from kernel.tenancy.flags import set_flags

        set_flags(decides)
