"""The tree of partners as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    """What holds for channel partners, and with what they work."""

    name = "channel_center.partners"
    label = "channel_center_partners"

    def ready(self) -> None:
        """Tell partners' programs what becomes of their shops."""
        from channel_center.partners.api import schema  # noqa: F401  importing registers it
        from channel_center.partners.services.telling import on_moved
        from tenants.moves import follow

        follow(on_moved)
