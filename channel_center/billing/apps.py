"""Billing as a Django application."""

from __future__ import annotations

from django.apps import AppConfig

from kernel.tenancy.append_only import append_only


class BillingConfig(AppConfig):
    """Products, price lists, subscriptions, wallets and papers."""

    name = "channel_center.billing"
    label = "channel_center_billing"

    def ready(self) -> None:
        """Papers and payments are written once; prices are in the menus; moves are settled."""
        from channel_center.billing.console.pages import price_pages
        from channel_center.billing.services.moving import PrepaidTime
        from channel_center.moves.money import set_money_legs
        from kernel.backoffice.menu import announce_pages

        set_money_legs(PrepaidTime())
        announce_pages("prices", price_pages)
        append_only(
            "channel_center_billing_topup",
            "channel_center_billing_refund",
            "channel_center_billing_refundstep",
            "channel_center_billing_invoice",
            "channel_center_billing_invoiceline",
        )
