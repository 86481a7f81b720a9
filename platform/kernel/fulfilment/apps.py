"""Parcels, pickups and virtual goods, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class FulfilmentConfig(AppConfig):
    """Parcels, pickups and virtual goods."""

    name = "kernel.fulfilment"
    label = "fulfilment"
