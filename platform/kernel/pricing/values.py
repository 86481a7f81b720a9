"""What is asked of the pricing centre, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args
from uuid import UUID

from kernel.common.money import Money

StepKind = Literal["base", "entry", "tier", "rule"]
STEP_KINDS: tuple[StepKind, ...] = get_args(StepKind)


@dataclass(frozen=True, slots=True)
class PriceRequest:
    """A variant, and how many of it; the quantity decides on tiers."""

    variant_id: UUID
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who asks.

    Attributes:
        member_id: None for a stranger.
        groups: what the buyer belongs to, ``level:gold``, ``tag:wholesale``,
            ``segment:…``, ``channel:…``; whoever asks knows them.
    """

    member_id: UUID | None = None
    groups: frozenset[str] = field(default_factory=frozenset)


ANYBODY = Buyer()


@dataclass(frozen=True, slots=True)
class PriceStep:
    """One price that was looked at.

    Attributes:
        kind: ``base``; ``entry`` or ``tier`` of a list; ``rule`` of a list.
        label: the list's name, or empty for the base price.
        list_id: the list.
        unit: the price that this step would give.
        priority: of the list.
        decides: True for the one step whose price holds.
        is_for_level: the list is for levels of members alone.
    """

    kind: StepKind
    label: str
    list_id: UUID | None
    unit: Money
    priority: int = 0
    decides: bool = False
    is_for_level: bool = False


@dataclass(frozen=True, slots=True)
class ExplainedPrice:
    """What one piece costs, and why.

    Attributes:
        compare_at: shown struck through; None unless it is above `unit`.
        chain: the base price first, then the lists that apply, the deciding one last.
    """

    unit: Money
    compare_at: Money | None
    chain: list[PriceStep]

    @property
    def plain(self) -> Money | None:
        """What it costs without the buyer's level; None where that has no price of its own."""
        if not self.chain[-1].is_for_level:
            return None
        return next((step.unit for step in reversed(self.chain) if not step.is_for_level), None)


@dataclass(frozen=True, slots=True)
class NewPrice:
    """A base price to be set; None takes it away."""

    variant_id: UUID
    price: Money | None
    compare_at: Money | None = None


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A price in a list, from a quantity on; None takes it away."""

    variant_id: UUID
    price: Money | None
    min_quantity: int = 1
