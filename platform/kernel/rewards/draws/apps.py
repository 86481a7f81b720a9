"""Draws, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class RewardDrawsConfig(AppConfig):
    """Draws with published terms, a committed seed and a public audit."""

    name = "kernel.rewards.draws"
    label = "reward_draws"

    def ready(self) -> None:
        """Nothing of a draw is ever changed; draws are revealed by the clock."""
        from django.utils.translation import gettext_lazy as _

        from kernel.ledger.purposes import register_purpose
        from kernel.rewards.draws import events, notices  # noqa: F401  importing registers events
        from kernel.rewards.draws.services.prizes import SOURCE
        from kernel.rewards.draws.services.revealing import REVEAL
        from kernel.tenancy.append_only import append_only
        from kernel.tenancy.schedules import Schedule, register_schedule

        append_only(
            "reward_draws_draw",
            "reward_draws_entry",
            "reward_draws_win",
            "reward_draws_reveal",
            "reward_draws_stop",
        )
        notices.offer_all()
        register_purpose(SOURCE, _("Prizes of draws"))
        register_schedule(
            Schedule(
                name=REVEAL,
                function="kernel.rewards.draws.tasks:reveal_due",
                cron="* * * * *",
                asked=True,
            )
        )
