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
        from kernel.checkout.claims import register_claim
        from kernel.checkout.handlers import note_refund_failed, note_refund_made
        from kernel.checkout.paying import PAYABLE, GroupPayable, settle_up
        from kernel.checkout.pipeline import register_step
        from kernel.checkout.steps import plan, shown
        from kernel.common.outbox.events import subscribe
        from kernel.orders.hooks import register_hook
        from kernel.payments.payables import register
        from kernel.quotas.meters import register_meter

        register(PAYABLE, GroupPayable())
        register_step("shown", shown.ORDER, shown.ask_for_rate)
        register_claim(shown.SHOWN, shown.keep_rate)
        register_step("plan", plan.ORDER, plan.claim_place)
        register_claim(plan.CLAIM, plan.take_place)
        register_meter(plan.METER)
        register_hook("cancelled", "checkout.settle_up", settle_up)
        register_hook("changed", "checkout.settle_up", settle_up)
        subscribe("payments.refunded", "checkout.refund_made", note_refund_made)
        subscribe("payments.refund_failed", "checkout.refund_failed", note_refund_failed)
