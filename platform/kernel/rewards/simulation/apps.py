"""Simulations of reward modes, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class RewardSimulationConfig(AppConfig):
    """What modes would owe and could pay."""

    name = "kernel.rewards.simulation"
    label = "reward_simulation"

    def ready(self) -> None:
        """Let nothing be approved that could not pay; go on with runs whose worker died."""
        from kernel.rewards.policy.reports import set_reporter
        from kernel.rewards.simulation.reporting import Reports
        from kernel.rewards.simulation.services import RESUME
        from kernel.tenancy.schedules.declared import Schedule, register_schedule

        set_reporter(Reports())
        tasks = "kernel.rewards.simulation.tasks"
        register_schedule(
            Schedule(RESUME, f"{tasks}:resume_simulations", "*/10 * * * *", asked=True)
        )
