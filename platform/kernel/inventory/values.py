"""What the verbs take and give back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from kernel.catalogue.choices import ProductKind
from kernel.common.errors import DomainError
from kernel.common.ids import public_id
from kernel.inventory.errors import InvalidQuantity

MOST_QUANTITY: Final = 1_000_000
"""More of one thing in one call is a typing mistake."""

UNTRACKED: Final = frozenset({ProductKind.VIRTUAL.value, ProductKind.SERVICE.value})
"""Kinds of products that take nothing from any shelf."""

FREE_LAPSED: Final = "inventory.expire_reservations"
"""The schedule that frees what checkouts held longer than they may."""

Ref: TypeAlias = tuple[str, UUID]
"""Whose something is: ``("cart", id)``, ``("order", id)``."""


@dataclass(frozen=True, slots=True)
class Want:
    """So many of a variant."""

    variant_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class StockLine:
    """So many of a variant at a location; negative where something is taken away."""

    variant_id: UUID
    location_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class Part:
    """What one stock item gives for a want."""

    variant_id: UUID
    location_id: UUID
    stock_item_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class Take:
    """What a checkout or an order asks for; it gets all of it or nothing.

    Attributes:
        owner: who gets it.
        wants: what; several wants for one variant count together.
        from_holder: whose reservation is used up by it.
        until: for a reservation, when it lapses.
        near: region code of where it goes; what is nearest serves it where the shop wants so.
        is_new: nothing was ever promised to the owner, which this transaction has made.
    """

    owner: Ref
    wants: Sequence[Want]
    from_holder: Ref | None = None
    until: datetime | None = None
    is_new: bool = False
    near: str = ""


@dataclass(frozen=True, slots=True)
class Give:
    """What leaves an order, by shipment or because it is not wanted any more.

    Attributes:
        wants: None for everything that is open.
        location_id: only what this location promised.
    """

    owner: Ref
    wants: Sequence[Want] | None = None
    location_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one `Take` or `Give` of several: its parts, or why not."""

    owner: Ref
    parts: list[Part] = field(default_factory=list)
    refusal: DomainError | None = None


@dataclass(frozen=True, slots=True)
class Shortage:
    """A variant of which there is too little."""

    variant_id: UUID
    wanted: int
    available: int

    def as_field(self) -> dict[str, object]:
        """Return it as a refusal tells it."""
        return {
            "variant": public_id("var", self.variant_id),
            "wanted": self.wanted,
            "available": self.available,
        }


@dataclass(frozen=True, slots=True)
class Available:
    """How much there is of a variant at all active locations.

    Attributes:
        in_stock: what can be sold and shipped at once.
        sellable: what can be sold; with what may be sold before it is there.
        oversell: True when `sellable` counts on goods that are not there yet.
    """

    on_hand: int = 0
    allocated: int = 0
    reserved: int = 0
    in_stock: int = 0
    sellable: int = 0

    @property
    def oversell(self) -> bool:
        """True when more can be sold than is there."""
        return self.sellable > self.in_stock


def merged(wants: Iterable[Want]) -> dict[UUID, int]:
    """Return how much of each variant is wanted in all.

    Raises:
        InvalidQuantity: one is no whole number from 1 to `MOST_QUANTITY`.
    """
    total: dict[UUID, int] = {}
    for want in wants:
        checked_quantity(want.quantity)
        total[want.variant_id] = total.get(want.variant_id, 0) + want.quantity
    return total


def checked_quantity(quantity: int, *, lowest: int = 1) -> int:
    """Return a quantity that can be meant.

    Raises:
        InvalidQuantity: no whole number, or out of bounds.
    """
    if type(quantity) is not int or not lowest <= quantity <= MOST_QUANTITY:
        raise InvalidQuantity(quantity=str(quantity)[:20], lowest=lowest, highest=MOST_QUANTITY)
    return quantity
