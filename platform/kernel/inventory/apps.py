"""Stock, moved by verbs, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """Stock, moved by verbs."""

    name = "kernel.inventory"
    label = "inventory"
