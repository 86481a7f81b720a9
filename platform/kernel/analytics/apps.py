"""Analytics, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    """The figures of a shop."""

    name = "kernel.analytics"
    label = "analytics"

    def ready(self) -> None:
        """Join the orders and the clock."""
        from kernel.analytics import handlers, people
        from kernel.analytics.asking import ROLL_UP
        from kernel.members.joining import on_merge
        from kernel.tenancy.schedules import Schedule, register_schedule

        handlers.connect()
        on_merge("analytics", people.hand_over)
        tasks = "kernel.analytics.tasks"
        register_schedule(Schedule(ROLL_UP, f"{tasks}:roll_up_due", "*/10 * * * *", asked=True))
