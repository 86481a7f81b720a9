"""Composed reward modes, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class RewardComposingConfig(AppConfig):
    """Packs that shops compose themselves."""

    name = "kernel.rewards.composing"
    label = "reward_composing"

    def ready(self) -> None:
        """Let packs be found by their codes as published ones are."""
        from kernel.rewards.composing.services import document_of
        from kernel.rewards.packs.loading import set_own_packs

        set_own_packs(document_of)
