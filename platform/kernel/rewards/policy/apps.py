"""Policy of reward modes, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class RewardPolicyConfig(AppConfig):
    """Verdicts on modes, and who approved what."""

    name = "kernel.rewards.policy"
    label = "reward_policy"

    def ready(self) -> None:
        """Let nothing run that was not approved."""
        from kernel.rewards.permission import set_judge
        from kernel.rewards.policy.services.activating import is_approved

        set_judge(is_approved)
