"""Orders in the making: what the steps of the pipeline work on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from django.utils.functional import Promise

from kernel.checkout.baskets import Basket, Item
from kernel.common.money import Money, split_minor
from kernel.orders.choices import AdjustmentKind, FulfilmentMethod
from kernel.orders.goods import Goods
from kernel.orders.taxes import RateShare, put_on_minor
from kernel.shipping.counting import Freight, split_freight
from kernel.shipping.models import ShippingMethod

PartKey: TypeAlias = tuple[UUID | None, FulfilmentMethod]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a basket cannot be bought as it is.

    Attributes:
        code: stable, ``checkout.out_of_stock``.
        line: position of the line, from 0; None for the whole basket.
        fields: what a program may need: limits, what is left.
    """

    code: str
    title: str | Promise
    line: int | None = None
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an amount is what it is; becomes an `Adjustment`."""

    kind: AdjustmentKind
    source: str
    label: str
    minor: int


@dataclass(slots=True)
class DraftLine:
    """A line in the making.

    Attributes:
        chain: how the price of one piece came about, oldest first.
        reasons: what was taken off, or put on.
        taxes: its share of each rate; ``tax_minor`` is what they put on the price.
    """

    position: int
    item: Item
    goods: Goods
    unit_minor: int = 0
    compare_at_minor: int | None = None
    chain: tuple[Mapping[str, object], ...] = ()
    discount_minor: int = 0
    tax_minor: int = 0
    taxes: Sequence[RateShare] = ()
    reasons: list[Reason] = field(default_factory=list)
    method: FulfilmentMethod = FulfilmentMethod.EXPRESS

    @property
    def quantity(self) -> int:
        """How many."""
        return self.item.quantity

    @property
    def subtotal_minor(self) -> int:
        """Before discounts."""
        return self.unit_minor * self.item.quantity

    @property
    def total_minor(self) -> int:
        """What the line costs."""
        return self.subtotal_minor - self.discount_minor + self.tax_minor

    def reprice(self, unit: Money, *, source: str, label: str) -> None:
        """Give one piece another price: what a campaign does."""
        self.chain = (*self.chain, {"source": source, "label": label, "minor": unit.minor})
        self.unit_minor = unit.minor


@dataclass(frozen=True, slots=True)
class Figures:
    """What an order costs, in minor units; ``total = items - discount + freight + tax``."""

    items: int
    discount: int
    freight: int
    tax: int
    total: int


@dataclass(slots=True)
class Part:
    """What one seller hands over in one way; becomes one order.

    Attributes:
        freight: how the freight came about, before anything was taken off.
        freight_taxes: the freight's share of each rate.
    """

    seller_id: UUID | None
    method: FulfilmentMethod
    lines: list[DraftLine] = field(default_factory=list)
    shipping_method: str = ""
    freight_minor: int = 0
    freight: Freight | None = None
    freight_taxes: Sequence[RateShare] = ()
    reasons: list[Reason] = field(default_factory=list)

    def line_freight(self) -> dict[int, int]:
        """Return what each line bears of the freight, by position; they add up to it."""
        shares = self.freight.shares() if self.freight is not None else {}
        keys = [line.position for line in self.lines]
        return split_freight(self.freight_minor, shares, keys)

    def figures(self) -> Figures:
        """Add up the lines and the freight."""
        items = discount = 0
        tax = put_on_minor(self.freight_taxes)
        for line in self.lines:
            items += line.subtotal_minor
            discount += line.discount_minor
            tax += line.tax_minor
        total = items - discount + self.freight_minor + tax
        return Figures(items, discount, self.freight_minor, tax, total)


@dataclass(frozen=True, slots=True)
class WayOffer:
    """A way to ship, for one basket.

    Attributes:
        minor: what it costs for all parcels.
        obstacle: why it cannot be chosen; empty when it can.
    """

    way: ShippingMethod
    minor: int = 0
    obstacle: str = ""


@dataclass(slots=True)
class Draft:
    """A basket on its way through the pipeline.

    Attributes:
        ways: how it may be shipped; None when nobody has asked.
        claims: who takes something for it after the stock, see `kernel.checkout.claims`.
    """

    basket: Basket
    lines: list[DraftLine] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    notes: dict[str, object] = field(default_factory=dict)
    ways: Sequence[WayOffer] | None = None
    claims: set[str] = field(default_factory=set)

    @property
    def currency(self) -> str:
        """The currency of every amount."""
        return self.basket.currency

    @property
    def total(self) -> Money:
        """What is to be paid."""
        return Money(sum(part.figures().total for part in self.parts), self.currency)

    @property
    def is_refused(self) -> bool:
        """True when it cannot be bought as it is."""
        return bool(self.refusals)

    def refuse(
        self, code: str, title: str | Promise, *, line: int | None = None, **fields: object
    ) -> None:
        """Give a reason why this cannot be bought."""
        self.refusals.append(Refusal(code, title, line, fields))

    def discount(
        self, amount: Money, *, source: str, label: str, lines: Sequence[DraftLine] | None = None
    ) -> Money:
        """Take an amount off some lines, by what they cost, to the last cent.

        A line never goes below nothing: what is more than the lines cost is not taken.

        Returns:
            What was taken off.
        """
        chosen = [line for line in (self.lines if lines is None else lines) if line.total_minor > 0]
        worth = [line.total_minor for line in chosen]
        taken = min(amount.minor, sum(worth))
        if taken <= 0:
            return Money.zero(self.currency)
        for line, share in zip(chosen, split_minor(taken, worth), strict=True):
            if share:
                line.discount_minor += share
                line.reasons.append(Reason(AdjustmentKind.DISCOUNT, source, label, -share))
        return Money(taken, self.currency)

    def sort_into_parts(self) -> None:
        """Divide the lines into what becomes one order each: by seller, then by way to ship."""
        found: dict[PartKey, Part] = {}
        for line in self.lines:
            key = (line.goods.seller_id, line.method)
            if key not in found:
                found[key] = Part(*key)
            found[key].lines.append(line)
        self.parts = list(found.values())


@dataclass(frozen=True, slots=True)
class PipelineContext:
    """What a step may need to know beside the drafts.

    Attributes:
        is_placing: False for a quote, which changes nothing.
    """

    now: datetime
    is_placing: bool


def open_drafts(drafts: Sequence[Draft]) -> Iterator[Draft]:
    """Yield the drafts that nothing speaks against so far."""
    return (draft for draft in drafts if not draft.refusals)
