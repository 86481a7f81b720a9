"""Monitors are read; two people lift halts and loosen limits, one tightens them."""

from kernel.rewards.monitors.services.confirming import confirm
from kernel.rewards.monitors.services.halting import ask_to_lift, lift
from kernel.rewards.monitors.services.loosening import ask_to_loosen, loosen, refuse_loosening
from kernel.rewards.monitors.services.tightening import tighten
from kernel.rewards.monitors.services.watching import watch, watch_if_needed

__all__ = [
    "ask_to_lift",
    "ask_to_loosen",
    "confirm",
    "lift",
    "loosen",
    "refuse_loosening",
    "tighten",
    "watch",
    "watch_if_needed",
]
