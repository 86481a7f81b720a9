"""Monitors of reward modes, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class RewardMonitorsConfig(AppConfig):
    """What is watched while reward modes run."""

    name = "kernel.rewards.monitors"
    label = "reward_monitors"

    def ready(self) -> None:
        """Stand in the way of rewards that are halted; watch by the clock."""
        from kernel.common.outbox.events import subscribe
        from kernel.rewards.monitors import events, handlers, notices
        from kernel.rewards.monitors.services.halting import holds_back, is_frozen
        from kernel.rewards.monitors.services.watching import WATCH
        from kernel.rewards.permission import set_brake
        from kernel.tenancy.append_only import append_only
        from kernel.tenancy.schedules import Schedule, register_schedule

        append_only("reward_monitors_confirmation")
        notices.offer_all()
        set_brake(holds_back, is_frozen)
        subscribe(events.HaltLifted.name, "reward_monitors.lifted", handlers.on_lifted)
        register_schedule(
            Schedule(
                name=WATCH,
                function="kernel.rewards.monitors.tasks:watch",
                cron="11 * * * *",
                asked=True,
            )
        )
