"""How often people may try."""

from __future__ import annotations

from typing import Final

from kernel.common.ratelimit import Limit, WhenDown

ENTERED: Final = Limit("draws.entered", "30/minute", WhenDown.PASS)
"""Entries of a member, in all draws together."""
