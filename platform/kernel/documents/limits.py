"""How often people may try."""

from __future__ import annotations

from typing import Final

from kernel.common.ratelimit import Limit, WhenDown

REQUESTED: Final = Limit("documents.requested", "10/minute;60/hour", WhenDown.PASS)
"""Invoices that a member asks for."""
