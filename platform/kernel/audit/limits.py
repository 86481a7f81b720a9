"""How often the log is checked, which reads all of it."""

from __future__ import annotations

from typing import Final

from kernel.common.ratelimit import Limit, WhenDown

CHECKED: Final = Limit("audit.checked", "6/minute;60/hour", WhenDown.PASS)
