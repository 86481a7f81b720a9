"""The storefront's pages as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class ThemesConfig(AppConfig):
    """Templates and styles of the storefront."""

    name = "themes"
    label = "themes"
