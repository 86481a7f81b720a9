"""Orders and their timeline, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Orders and their timeline."""

    name = "kernel.orders"
    label = "orders"
