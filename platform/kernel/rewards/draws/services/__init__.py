"""Draws are published, entered, revealed and, where something is wrong, stopped."""

from kernel.rewards.draws.services.entering import enter
from kernel.rewards.draws.services.publishing import Prize, publish_draw
from kernel.rewards.draws.services.revealing import reveal, reveal_all_due
from kernel.rewards.draws.services.stopping import stop

__all__ = ["Prize", "enter", "publish_draw", "reveal", "reveal_all_due", "stop"]
