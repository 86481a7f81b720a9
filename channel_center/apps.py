"""The channel centre as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class ChannelCenterConfig(AppConfig):
    """Channel partners, their brands and the tenants that they opened."""

    name = "channel_center"
    label = "channel_center"

    def ready(self) -> None:
        """Plug host names and pages into the kernel."""
        from channel_center.console.menu import channel_pages
        from channel_center.hosts import HOSTS
        from channel_center.services.disputes import on_case
        from kernel.aftersales.events import CaseChanged
        from kernel.backoffice.menu import announce_pages
        from kernel.common.outbox.events import subscribe
        from kernel.tenancy.ports import set_public_hosts

        set_public_hosts(HOSTS)
        subscribe(CaseChanged.name, "channel_center.disputes", on_case)
        announce_pages("channel_center", channel_pages)
