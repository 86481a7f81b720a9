"""Visits to shops from the consoles above, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class ShopVisitsConfig(AppConfig):
    """Pages alone; what is asked and decided stands in the shop."""

    name = "channel_center.visits"
    label = "shop_visits"
