"""How often people may ask."""

from __future__ import annotations

from typing import Final

from kernel.common.ratelimit import Limit, WhenDown

SEARCHES: Final = Limit("search.searches", "120/minute;2000/hour", WhenDown.PASS)
"""Searches and suggestions, by address: each costs the database more than a page."""
