"""Imports and exports, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class DataioConfig(AppConfig):
    """Imports and exports."""

    name = "kernel.dataio"
    label = "dataio"

    def ready(self) -> None:
        """Have imports go on whose worker died."""
        from kernel.tenancy.schedules.declared import Schedule, register_schedule

        register_schedule(
            Schedule("dataio.resume", "kernel.dataio.tasks:resume_stuck", "*/10 * * * *")
        )
