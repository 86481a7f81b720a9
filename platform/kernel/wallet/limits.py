"""How often members may do what keeps staff busy."""

from __future__ import annotations

from typing import Final

from kernel.common.ratelimit import Limit, WhenDown

REQUESTED: Final = Limit("wallet.requested", "10/minute;60/hour", WhenDown.PASS)
GIVEN: Final = Limit("wallet.given", "10/minute;60/hour", WhenDown.PASS)
IDENTIFIED: Final = Limit("wallet.identified", "5/minute;20/day", WhenDown.REFUSE)
SOUGHT: Final = Limit("wallet.sought", "10/minute;60/day", WhenDown.REFUSE)
"""Members who are looked for by a number or an address, which could be guessed."""
