"""Modes are asked for, judged, approved by a second person, and ended."""

from kernel.rewards.policy.services.activating import (
    add_opinion,
    approve,
    ask,
    end,
    judged,
    refuse,
    running,
)

__all__ = ["add_opinion", "approve", "ask", "end", "judged", "refuse", "running"]
