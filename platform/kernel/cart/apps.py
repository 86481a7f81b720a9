"""Carts, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig

from kernel.tenancy.schedules import Schedule, register_schedule


class CartConfig(AppConfig):
    """Carts."""

    name = "kernel.cart"
    label = "cart"

    def ready(self) -> None:
        """Listen to members, and have carts forgotten that nobody came back to."""
        from kernel.cart.handlers import connect

        connect()
        register_schedule(
            Schedule(
                name="cart.forget",
                function="kernel.cart.services.carts:forget_at",
                cron="41 3 * * *",
                runs_when_suspended=True,
            )
        )
