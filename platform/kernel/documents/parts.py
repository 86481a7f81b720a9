"""For which lines money went back: asked of whoever gave it back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

from kernel.orders.models import Order

FREIGHT: Final = "freight"
"""Stands for the freight among an order's lines."""


@dataclass(frozen=True, slots=True)
class Part:
    """What of a refund is for one line.

    Attributes:
        minor: how much, in proportion to the other lines of the refund.
        pieces: how many came back or were not sent; 0 where it is for none in particular.
    """

    minor: int
    pieces: int = 0


Parts: TypeAlias = Mapping[str, Part]
"""By the hex of an order line's id, or `FREIGHT`."""
Divide: TypeAlias = Callable[[Order, Collection[str]], Mapping[str, Parts]]

_known: Final[dict[str, Divide]] = {}


def register_parts(name: str, divide: Divide) -> None:
    """Let somebody answer for refunds of its own; the same name again replaces the earlier."""
    _known[name] = divide


def parts_of(order: Order, references: Collection[str]) -> dict[str, Parts]:
    """Return what refunds were for, by their references; what nobody knows is left out."""
    found: dict[str, Parts] = {}
    if references:
        for divide in _known.values():
            found |= divide(order, references)
    return found


def key_of(line_id: UUID | None) -> str:
    """Return how a line, or the freight, is named among parts."""
    return FREIGHT if line_id is None else line_id.hex
