"""Parcels, pickups and virtual goods, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class FulfilmentConfig(AppConfig):
    """Parcels, pickups and virtual goods."""

    name = "kernel.fulfilment"
    label = "fulfilment"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Deliver what is paid, follow orders that arrive, and join the life of accounts."""
        from kernel.fulfilment import people
        from kernel.fulfilment.services.arriving import mark_arrived
        from kernel.fulfilment.services.digital import deliver_paid
        from kernel.fulfilment.uses import register_uses
        from kernel.members.joining import on_erase
        from kernel.orders.hooks import register_hook

        register_hook("paid", "fulfilment.deliver", deliver_paid)
        register_hook("delivered", "fulfilment.arrive", mark_arrived)
        for moment in ("completed", "cancelled"):
            register_hook(moment, "fulfilment.forget_ended", people.forget_ended)
        on_erase("fulfilment", people.forget)
        register_uses()
