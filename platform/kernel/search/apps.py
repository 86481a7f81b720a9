"""Search, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Search among the products of a shop."""

    name = "kernel.search"
    label = "search"

    def ready(self) -> None:
        """Join the catalogue, the orders, the life of accounts, and the clock."""
        from kernel.members.joining import on_erase, on_merge
        from kernel.search import (
            events,  # noqa: F401  importing registers them
            handlers,
            people,
        )
        from kernel.tenancy.schedules import Schedule, register_schedule

        handlers.connect()
        on_merge("search", people.hand_over)
        on_erase("search", people.forget)
        tasks = "kernel.search.tasks"
        register_schedule(Schedule("search.prune", f"{tasks}:prune", "47 3 * * *"))
