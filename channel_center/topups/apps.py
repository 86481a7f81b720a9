"""Top-ups as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class TopUpsConfig(AppConfig):
    """Money on its way to balances."""

    name = "channel_center.topups"
    label = "channel_center_topups"

    def ready(self) -> None:
        """Put the page into menus, and what must hold of top-ups into the nightly look."""
        from channel_center.billing.services.invariants import also_look
        from channel_center.topups.console.pages import top_up_pages
        from channel_center.topups.selectors import faults_of
        from kernel.backoffice.menu import announce_pages

        announce_pages("topups", top_up_pages)
        also_look(faults_of)
