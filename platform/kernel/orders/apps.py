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
        """Make the timeline and the money append-only; join the life of accounts."""
        from kernel.members.joining import on_erase, on_merge
        from kernel.orders import events  # noqa: F401  registers them
        from kernel.orders.api import buyers  # noqa: F401  names its scheme in the document
        from kernel.orders.books import name_accounts
        from kernel.orders.hooks import register_hook
        from kernel.orders.services import people

        name_accounts()
        on_merge("orders", people.hand_over)
        on_erase("orders", people.forget)
        register_hook("completed", "orders.forget_ended", people.forget_ended)
        register_hook("cancelled", "orders.forget_ended", people.forget_ended)
        append_only("orders_orderevent", "orders_paymententry")
