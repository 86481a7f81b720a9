"""What promotions work on: the lines of a cart as plain figures, without a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from kernel.common.money import split_minor
from kernel.promotions.scopes import Mark


@dataclass(slots=True)
class CaseLine:
    """A line of the cart.

    Attributes:
        key: its place among the lines.
        left_minor: what it costs after what was taken off so far.
        marks: see `kernel.promotions.scopes`.
        stacked: the stacking words that have taken effect on it.
        is_discounted: True once something was taken off.
        plain_minor: what a piece costs without the buyer's level; None where the level
            has no price of its own.
    """

    key: int
    variant_id: UUID
    product_id: UUID
    seller_id: UUID | None
    unit_minor: int
    quantity: int
    left_minor: int
    marks: frozenset[Mark]
    stacked: set[str] = field(default_factory=set)
    is_discounted: bool = False
    plain_minor: int | None = None

    @property
    def has_level_price(self) -> bool:
        """Whether it costs what it costs for the buyer's level."""
        return self.plain_minor is not None

    @property
    def piece_minor(self) -> int:
        """What a piece costs at least, after what was taken off so far."""
        return self.left_minor // self.quantity


@dataclass(frozen=True, slots=True)
class BuyerFacts:
    """What conditions may ask of the buyer and the moment.

    Attributes:
        is_first_order: None while nobody has asked.
        local: the shop's own clock.
    """

    member_id: UUID | None
    groups: frozenset[str]
    local: datetime
    is_first_order: bool | None = None


@dataclass(frozen=True, slots=True)
class Gift:
    """Pieces that come along for nothing."""

    variant_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class Benefit:
    """What an action would do.

    Attributes:
        off: what is taken off, by line.
        lines: on which lines it takes effect; others of its stacking word leave them alone.
        freight_cap_minor: what is taken off the freight at most; None for nothing.
        gifts: what comes along.
    """

    off: Mapping[int, int] = field(default_factory=dict)
    lines: frozenset[int] = frozenset()
    freight_cap_minor: int | None = None
    gifts: tuple[Gift, ...] = ()

    @property
    def total_minor(self) -> int:
        """What is taken off the goods."""
        return sum(self.off.values())

    @property
    def is_empty(self) -> bool:
        """True when it does nothing."""
        return not self.total_minor and self.freight_cap_minor is None and not self.gifts


def spread(amount: int, lines: Sequence[CaseLine]) -> dict[int, int]:
    """Divide an amount by what lines cost, to the last cent; never more than they cost."""
    costing = [line for line in lines if line.left_minor > 0]
    taken = min(amount, sum(line.left_minor for line in costing))
    if taken <= 0:
        return {}
    shares = split_minor(taken, [line.left_minor for line in costing])
    return {line.key: share for line, share in zip(costing, shares, strict=True) if share}


def worth(lines: Sequence[CaseLine]) -> int:
    """Return what lines cost after what was taken off so far."""
    return sum(line.left_minor for line in lines)


def pieces(lines: Sequence[CaseLine]) -> int:
    """Return how many pieces lines hold."""
    return sum(line.quantity for line in lines)
