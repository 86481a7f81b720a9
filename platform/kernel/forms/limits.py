"""How often forms may be sent."""

from __future__ import annotations

from typing import Final

from kernel.common.ratelimit import Limit, WhenDown

BY_ADDRESS: Final = Limit("forms.address", "20/minute;200/hour", WhenDown.PASS)
BY_SENDER: Final = Limit("forms.sender", "6/minute;40/hour", WhenDown.PASS)
