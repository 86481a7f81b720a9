"""Payments, refunds and gateways, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig

from kernel.tenancy.append_only import append_only


class PaymentsConfig(AppConfig):
    """Payments, refunds and gateways."""

    name = "kernel.payments"
    label = "payments"

    def ready(self) -> None:
        """Make reviews permanent and the built-in ways to pay known; join members."""
        from kernel.members.joining import on_erase, on_merge
        from kernel.payments import events  # noqa: F401  registers the events
        from kernel.payments.gateways.offline import OfflineGateway
        from kernel.payments.gateways.registry import register_gateway
        from kernel.payments.gateways.stripe import StripeGateway
        from kernel.payments.gateways.wallet import WalletGateway
        from kernel.payments.services.intents import hand_over
        from kernel.payments.services.passwords import forget
        from kernel.payments.services.passwords import hand_over as hand_password_over

        append_only("payments_review")
        on_merge("payments", hand_over)
        on_merge("payments.password", hand_password_over)
        on_erase("payments.password", forget)
        for gateway in (StripeGateway(), WalletGateway(), OfflineGateway()):
            register_gateway(gateway)
