"""The media library, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class MediaConfig(AppConfig):
    """The media library."""

    name = "kernel.media"
    label = "media"

    def ready(self) -> None:
        """Prepare what is added, and join the clock."""
        from kernel.common.outbox.events import subscribe
        from kernel.i18n.texts.kinds import register_texts
        from kernel.media import handlers
        from kernel.media.events import AssetAdded, MarkAsked
        from kernel.media.services import marking
        from kernel.media.services.files import SWEEPING
        from kernel.media.services.quota import METER
        from kernel.media.translating import ALTS
        from kernel.media.uses import register_use
        from kernel.quotas.meters import register_meter
        from kernel.tenancy.schedules import Schedule, register_schedule

        register_use(marking.USE)
        register_texts(ALTS)
        register_meter(METER)
        subscribe(AssetAdded.name, "media.render_asset", handlers.on_asset_added)
        subscribe(MarkAsked.name, "media.redraw", handlers.on_mark_asked)
        job = "kernel.media.tasks:sweep_by_clock"
        register_schedule(Schedule(SWEEPING, job, "*/15 * * * *", asked=True))
