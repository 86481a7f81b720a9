"""What the kernel itself can import besides products."""

from __future__ import annotations

from kernel.dataio.kinds import members, prices, stock
from kernel.dataio.resources import register_import


def register_kinds() -> None:
    """Make them known; called while apps are loaded."""
    for resource in (members.MEMBERS, stock.STOCK, prices.PRICES):
        register_import(resource)
