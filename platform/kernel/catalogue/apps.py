"""What a shop sells, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig

from kernel.tenancy.append_only import append_only


class CatalogueConfig(AppConfig):
    """What a shop sells."""

    name = "kernel.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        """Keep the version log as it was written; listen to our own events."""
        from kernel.catalogue import translating
        from kernel.catalogue.carried import CategoriesPart
        from kernel.catalogue.handlers import connect
        from kernel.catalogue.uses import register_uses
        from kernel.snapshots.registry import register_part
        from kernel.tenancy.schedules.declared import Schedule, register_schedule

        append_only("catalogue_productversion")
        connect()
        register_part(CategoriesPart(), order=30)
        register_uses()
        register_schedule(
            Schedule(
                "catalogue.refresh_by_clock",
                "kernel.catalogue.services.collections:refresh_by_clock",
                "20 0 * * *",
            )
        )
        translating.register_all()
