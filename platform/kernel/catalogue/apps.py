"""What a shop sells, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig

from kernel.tenancy.append_only import append_only


class CatalogueConfig(AppConfig):
    """What a shop sells."""

    name = "kernel.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        """Keep the version log as it was written."""
        append_only("catalogue_productversion")
