"""Typed settings of a tenant, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class SettingsConfig(AppConfig):
    """Typed settings of a tenant."""

    name = "kernel.settings"
    label = "settings"
