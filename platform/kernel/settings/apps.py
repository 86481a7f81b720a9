"""Typed settings of a tenant, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class SettingsConfig(AppConfig):
    """Typed settings of a tenant."""

    name = "kernel.settings"
    label = "settings"

    def ready(self) -> None:
        """Let templates carry what was chosen."""
        from kernel.settings.carried import SettingsPart
        from kernel.snapshots.registry import register_part

        register_part(SettingsPart(), order=10)
