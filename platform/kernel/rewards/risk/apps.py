"""The risk queue of rewards, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class RewardRiskConfig(AppConfig):
    """What looks like abuse of rewards, for people to decide."""

    name = "kernel.rewards.risk"
    label = "reward_risk"

    def ready(self) -> None:
        """Join signing in, payouts, the life of accounts, and the clock."""
        from kernel.members.joining import on_erase, on_merge, on_sign_in
        from kernel.rewards.risk import events, notices, people  # noqa: F401  registers events
        from kernel.rewards.risk.services.deciding import held_because
        from kernel.rewards.risk.services.scanning import SCAN
        from kernel.rewards.risk.services.tracing import note_sign_in
        from kernel.tenancy.schedules import Schedule, register_schedule
        from kernel.wallet.guards import register_guard

        notices.offer_all()
        on_sign_in("reward_risk", note_sign_in)
        on_merge("reward_risk", people.hand_over)
        on_erase("reward_risk", people.forget)
        register_guard("reward_risk", held_because)
        register_schedule(
            Schedule(
                name=SCAN,
                function="kernel.rewards.risk.tasks:scan",
                cron="41 * * * *",
                asked=True,
            )
        )
