"""What monitors hear, after the commit; run by workers."""

from __future__ import annotations

from kernel.common.outbox.events import Envelope
from kernel.rewards.monitors.events import HaltLifted
from kernel.rewards.monitors.services.halting import tell_deferred


def on_lifted(event: HaltLifted, envelope: Envelope) -> None:
    """Tell the programmes what came while rewards were frozen."""
    tell_deferred()
