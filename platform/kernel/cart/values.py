"""What carts are asked for, and what they show."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from kernel.cart.choices import DropReason, Fulfilment, WarningCode
from kernel.common.money import Money

MOST_LINES: Final = 100
"""Lines in one cart."""


@dataclass(frozen=True, slots=True)
class CartOwner:
    """A member, or whoever holds a token; one of the two."""

    member_id: UUID | None = None
    token: str = ""

    def __post_init__(self) -> None:
        """Refuse an owner who is nobody, or two."""
        if (self.member_id is None) is (not self.token):
            raise ValueError("a cart belongs to a member or to a token")

    @property
    def token_hash(self) -> str | None:
        """What is stored of the token."""
        return hashlib.sha256(self.token.encode()).hexdigest() if self.token else None

    def as_filter(self) -> dict[str, object]:
        """Return the columns that tell this owner's carts from others'."""
        return {"member_id": self.member_id, "token_hash": self.token_hash}


@dataclass(frozen=True, slots=True)
class Wish:
    """Something to be put into a cart.

    Attributes:
        options: what is chosen beside the variant.
        form: what the buyer writes.
        campaign: reference of the campaign that it is bought in.
    """

    variant_id: UUID
    quantity: int
    options: Mapping[str, object] = field(default_factory=dict)
    form: Mapping[str, object] = field(default_factory=dict)
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What the buyer is told of a line.

    Attributes:
        available: how many can be had, where that is the point.
        was: the price that the buyer agreed to, where that is the point.
    """

    code: WarningCode
    available: int | None = None
    was: Money | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What quantities of a product are sold."""

    minimum: int = 1
    maximum: int | None = None
    step: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """One line as it is now.

    Attributes:
        unit: what a piece costs now; None when it cannot be bought.
        plain: what a piece costs without the buyer's level; None where that has no price.
        total: of the whole line.
        available: how many can be had.
        is_ahead: some of it is sold before it is there.
        ships_by: when it leaves then, if that is known.
        is_buyable: False keeps it out of checkout until the buyer changes it.
    """

    id: UUID
    variant_id: UUID | None
    product_id: UUID | None
    handle: str
    sku: str
    title: str
    variant_title: str
    picture: str
    quantity: int
    unit: Money | None
    compare_at: Money | None
    total: Money | None
    selected: bool
    options: Mapping[str, object]
    form: Mapping[str, object]
    campaign: str
    available: int
    limits: Limits
    is_buyable: bool
    notices: tuple[Notice, ...] = ()
    freight_template: str = ""
    is_ahead: bool = False
    ships_by: date | None = None
    plain: Money | None = None


@dataclass(frozen=True, slots=True)
class CartGroup:
    """Lines that one seller sends in one way.

    Attributes:
        subtotal: of what is selected and can be bought.
    """

    seller_id: UUID | None
    fulfilment: Fulfilment
    lines: tuple[LineView, ...]
    subtotal: Money


@dataclass(frozen=True, slots=True)
class CartView:
    """A cart as it is now.

    Attributes:
        cart_id: None while there is nothing in it and never was.
        warnings: the lines that the buyer should look at, with what is to be said.
        subtotal: of what is selected and can be bought, before anything else.
        quantity: pieces in all lines.
    """

    cart_id: UUID | None
    groups: tuple[CartGroup, ...]
    warnings: tuple[tuple[UUID, Notice], ...]
    subtotal: Money
    quantity: int

    @property
    def lines(self) -> tuple[LineView, ...]:
        """All lines, by group."""
        return tuple(line for group in self.groups for line in group.lines)

    @property
    def to_buy(self) -> tuple[LineView, ...]:
        """The lines that go to checkout."""
        return tuple(line for line in self.lines if line.selected and line.is_buyable)


@dataclass(frozen=True, slots=True)
class Dropped:
    """What did not come along when one cart was put into another."""

    variant_id: UUID | None
    title: str
    quantity: int
    reason: DropReason
