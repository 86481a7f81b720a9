"""Withdrawals and transfers, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class WalletConfig(AppConfig):
    """Withdrawals and transfers."""

    name = "kernel.wallet"
    label = "wallet"

    def ready(self) -> None:
        """Join the life of accounts and the clock."""
        from django.utils.translation import gettext_lazy as _

        from kernel.ledger.purposes import register_purpose
        from kernel.members.joining import on_erase, on_merge
        from kernel.tenancy.append_only import append_only
        from kernel.tenancy.schedules import Schedule, register_schedule
        from kernel.wallet import events, notices, people  # noqa: F401  importing registers events
        from kernel.wallet.providers import register_provider
        from kernel.wallet.providers.alipay import AlipayPayouts
        from kernel.wallet.providers.stripe import StripePayouts
        from kernel.wallet.services import paying

        append_only("wallet_withdrawalevent")
        register_provider(StripePayouts())
        register_provider(AlipayPayouts())
        notices.offer_all()
        register_purpose(paying.PAID_OUT, _("Paid out to members"))
        register_purpose(paying.TAX, _("Tax withheld from withdrawals"))
        on_merge("wallet", people.hand_over)
        on_erase("wallet", people.forget)
        register_schedule(
            Schedule(
                name=paying.QUERY,
                function="kernel.wallet.tasks:query_payouts",
                cron="* * * * *",
                runs_when_suspended=True,
                asked=True,
            )
        )
