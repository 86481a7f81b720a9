"""How often people may try."""

from __future__ import annotations

from typing import Final

from kernel.common.ratelimit import Limit, WhenDown

CODES: Final = Limit("promotions.codes", "10/minute;60/hour", WhenDown.REFUSE)
"""Codes that somebody tries, by member: they can be guessed."""
