"""After-sales, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class AftersalesConfig(AppConfig):
    """After-sales."""

    name = "kernel.aftersales"
    label = "aftersales"

    def ready(self) -> None:
        """Join the orders, the payments, the life of accounts, and the clock."""
        from kernel.aftersales import handlers, hooks, parting, people
        from kernel.aftersales.events import CasePictureAdded
        from kernel.aftersales.services.payouts import name_accounts
        from kernel.aftersales.services.telling import CLOCK
        from kernel.aftersales.uses import register_uses
        from kernel.common.outbox.events import subscribe
        from kernel.documents.parts import register_parts
        from kernel.members.joining import on_erase, on_merge
        from kernel.orders.hooks import register_hook
        from kernel.tenancy.schedules import Schedule, register_schedule

        name_accounts()
        register_uses()
        register_hook("cancelled", "aftersales.close", hooks.on_cancelled)
        register_hook("shipped", "aftersales.close", hooks.on_shipped)
        register_parts("aftersales", parting.divide)
        on_merge("aftersales", people.hand_over)
        on_erase("aftersales", people.forget)
        subscribe("payments.refunded", "aftersales.refund_made", handlers.on_refund_made)
        subscribe("payments.refund_failed", "aftersales.refund_failed", handlers.on_refund_failed)
        subscribe("payments.succeeded", "aftersales.paid", handlers.on_paid)
        subscribe(CasePictureAdded.name, "aftersales.render", handlers.on_picture_added)
        keep = "kernel.aftersales.tasks:keep"
        register_schedule(Schedule(CLOCK, keep, "*/5 * * * *", asked=True))
