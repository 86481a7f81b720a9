"""Imports and exports, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class DataioConfig(AppConfig):
    """Imports and exports."""

    name = "kernel.dataio"
    label = "dataio"
