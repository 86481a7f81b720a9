"""What a shop sells, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """What a shop sells."""

    name = "kernel.catalogue"
    label = "catalogue"
