"""Orders and their timeline, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig

from kernel.tenancy.append_only import append_only


class OrdersConfig(AppConfig):
    """Orders and their timeline."""

    name = "kernel.orders"
    label = "orders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the timeline and the money append-only; know the events and the accounts."""
        from kernel.orders import events  # noqa: F401  registers them
        from kernel.orders.books import name_accounts

        name_accounts()

        append_only("orders_orderevent", "orders_paymententry")
