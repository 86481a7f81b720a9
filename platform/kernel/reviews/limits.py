"""How often members may do what keeps staff busy."""

from __future__ import annotations

from typing import Final

from kernel.common.ratelimit import Limit, WhenDown

WRITTEN: Final = Limit("reviews.written", "10/minute;60/hour", WhenDown.PASS)
VOTED: Final = Limit("reviews.voted", "30/minute", WhenDown.PASS)
