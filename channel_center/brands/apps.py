"""Brands of channel partners, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class BrandsConfig(AppConfig):
    """Hands the brands of partners down to their shops."""

    name = "channel_center.brands"
    label = "brands"

    def ready(self) -> None:
        """Plug partners' brands into the registry, and the page into the menu."""
        from channel_center.brands.console.menu import brand_pages
        from channel_center.brands.selectors import inherited_by_shops
        from kernel.backoffice.menu import announce_pages
        from tenants.brands import set_inheritance

        set_inheritance(inherited_by_shops)
        announce_pages("channel_center.brands", brand_pages)
