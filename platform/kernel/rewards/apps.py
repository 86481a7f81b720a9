"""Reward modes, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig

from kernel.tenancy.append_only import append_only


class RewardsConfig(AppConfig):
    """Reward modes as rules over the ledger."""

    name = "kernel.rewards"
    label = "rewards"

    def ready(self) -> None:
        """What a settlement has written is not changed; programmes hear of orders."""
        from kernel.common.outbox.events import subscribe
        from kernel.rewards import events, handlers, notices  # noqa: F401  events register
        from kernel.tenancy.schedules import Schedule, register_schedule

        append_only("rewards_settledline", "rewards_earning")
        for moment in ("paid", "delivered", "completed", "refunded"):
            subscribe(f"orders.order_{moment}", f"rewards.order_{moment}", handlers.on_order)
        notices.offer_all()
        register_schedule(
            Schedule(
                name="rewards.clock",
                function="kernel.rewards.tasks:tell_the_time",
                cron="10 0 * * *",
                asked=True,
            )
        )
