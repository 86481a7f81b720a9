"""The figures of blocks, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class FiguresConfig(AppConfig):
    """What visitors saw of a page, and what they tapped."""

    name = "themes.figures"
    label = "theme_figures"

    def ready(self) -> None:
        """Join the clock."""
        from kernel.tenancy.schedules import Schedule, register_schedule
        from themes.figures.noting import ROLL_UP

        function = "themes.figures.tasks:roll_up_due"
        register_schedule(Schedule(ROLL_UP, function, "*/10 * * * *", asked=True))
