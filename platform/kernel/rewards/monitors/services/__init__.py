"""Monitors are read; halts are lifted by two people; limits are tightened."""

from kernel.rewards.monitors.services.confirming import confirm
from kernel.rewards.monitors.services.halting import ask_to_lift, lift
from kernel.rewards.monitors.services.tightening import tighten
from kernel.rewards.monitors.services.watching import watch, watch_if_needed

__all__ = ["ask_to_lift", "confirm", "lift", "tighten", "watch", "watch_if_needed"]
