"""How often carts may be changed, opened and looked into."""

from __future__ import annotations

from typing import Final

from kernel.common.ratelimit import Limit, WhenDown

# A cart can be filled while Redis is away; nothing here can be guessed or spent.
CHANGED: Final = Limit("cart.changed", "120/minute", WhenDown.PASS)
OPENED: Final = Limit("cart.opened", "60/minute;600/hour", WhenDown.PASS)
LINKS_OPENED: Final = Limit("cart.links", "60/minute;600/hour", WhenDown.PASS)
