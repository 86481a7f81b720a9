"""Quoting and placing orders, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class CheckoutConfig(AppConfig):
    """Quoting and placing orders."""

    name = "kernel.checkout"
    label = "checkout"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Answer payments for groups of orders, and give back what is owed."""
        from kernel.checkout.handlers import note_refund_failed, note_refund_made
        from kernel.checkout.paying import PAYABLE, GroupPayable, settle_up
        from kernel.common.outbox.events import subscribe
        from kernel.orders.hooks import register_hook
        from kernel.payments.payables import register

        register(PAYABLE, GroupPayable())
        register_hook("cancelled", "checkout.settle_up", settle_up)
        register_hook("changed", "checkout.settle_up", settle_up)
        subscribe("payments.refunded", "checkout.refund_made", note_refund_made)
        subscribe("payments.refund_failed", "checkout.refund_failed", note_refund_failed)
