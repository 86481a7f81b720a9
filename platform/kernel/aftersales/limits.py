"""How often members may do what keeps staff busy."""

from __future__ import annotations

from typing import Final

from kernel.common.ratelimit import Limit, WhenDown

ASKED: Final = Limit("aftersales.asked", "10/minute;60/hour", WhenDown.PASS)
SAID: Final = Limit("aftersales.said", "20/minute;200/hour", WhenDown.PASS)
