"""Takes in what visitors do, and makes the figures."""

from __future__ import annotations

from kernel.analytics.services.noting import KEPT, note_steps, prune_steps
from kernel.analytics.services.rolling import roll_up, roll_up_days

__all__ = ["KEPT", "note_steps", "prune_steps", "roll_up", "roll_up_days"]
