"""Billing as a Django application."""

from __future__ import annotations

from django.apps import AppConfig

from kernel.tenancy.append_only import append_only


class BillingConfig(AppConfig):
    """Products, price lists, subscriptions, wallets and papers."""

    name = "channel_center.billing"
    label = "channel_center_billing"

    def ready(self) -> None:
        """Papers, and what came in and went back, are written once; prices are in the menus."""
        from channel_center.billing.console.pages import price_pages
        from kernel.backoffice.menu import announce_pages

        announce_pages("prices", price_pages)
        append_only(
            "channel_center_billing_topup",
            "channel_center_billing_refund",
            "channel_center_billing_refundstep",
            "channel_center_billing_invoice",
            "channel_center_billing_invoiceline",
        )
