"""The frame of the consoles, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    """The frame of the consoles."""

    name = "kernel.backoffice"
    label = "backoffice"

    def ready(self) -> None:
        """Put the shop's pages into the menu."""
        from kernel.backoffice.exports.kinds import register_exports
        from kernel.backoffice.menu import announce_pages
        from kernel.backoffice.pages import shop_pages

        register_exports()
        announce_pages("shop", shop_pages, first=True)
