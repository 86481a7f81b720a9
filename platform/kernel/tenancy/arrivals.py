"""What a shop lets go of when its rows came from another one, before it opens.

A copy, or an export that is read in, has the rows of a shop that may go on living: its
keys would open both, and what was to be told or printed would be so twice. Whoever
keeps a tie to the outside joins here and cuts it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

Settle: TypeAlias = Callable[[datetime], None]
"""Called in the new schema, inside the transaction that opens the shop."""

_settles: dict[str, Settle] = {}


def on_arrival(name: str, function: Settle) -> None:
    """Join in; registering a name again replaces it."""
    _settles[name] = function


def settle(*, now: datetime) -> None:
    """Have everybody cut the ties of a shop that is about to open."""
    for function in _settles.values():
        function(now)
