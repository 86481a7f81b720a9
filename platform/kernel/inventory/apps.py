"""Stock, moved by verbs, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig

from kernel.tenancy.append_only import append_only
from kernel.tenancy.schedules import Schedule, register_schedule


class InventoryConfig(AppConfig):
    """Stock, moved by verbs."""

    name = "kernel.inventory"
    label = "inventory"

    def ready(self) -> None:
        """Guard the movements, register the events, have lapsed reservations freed."""
        from kernel.inventory import events  # noqa: F401  importing registers them

        append_only("inventory_movement")
        register_schedule(
            Schedule(
                name="inventory.expire_reservations",
                function="kernel.inventory.services.giving:expire_at",
                cron="* * * * *",
                runs_when_suspended=True,
                asked=True,
            )
        )
