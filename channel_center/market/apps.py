"""The module market as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class MarketConfig(AppConfig):
    """Pages of the tenant's console on which functions are found, tried and bought."""

    name = "channel_center.market"
    label = "module_market"

    def ready(self) -> None:
        """Put the pages into the menu of tenants' consoles."""
        from channel_center.market.console.pages import market_pages
        from kernel.backoffice.menu import announce_pages

        announce_pages("market", market_pages)
