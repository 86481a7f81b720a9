"""Who keeps stock: an import tells how many there are, and knows no more of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias
from uuid import UUID

from kernel.audit.actor import Actor

StockWriter: TypeAlias = Callable[[Mapping[UUID, int], Actor], bool]
"""Brings stock to counts by variant, in the caller's transaction; tells whether it changed."""

_writers: list[StockWriter] = []


def set_stock_writer(writer: StockWriter) -> None:
    """Say who keeps stock; done once, while applications are loaded."""
    _writers[:] = [writer]


def write_stock(counts: Mapping[UUID, int], actor: Actor) -> bool:
    """Bring stock to these counts; where nobody keeps stock, nothing happens."""
    return bool(counts) and any(writer(counts, actor) for writer in _writers)
