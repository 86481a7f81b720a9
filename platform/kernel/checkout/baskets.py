"""What a buyer wants: the input of quoting and placing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from kernel.common.money import Money


@dataclass(frozen=True, slots=True)
class Shopper:
    """Who buys: a member, or a guest with a way to reach him.

    Attributes:
        token: of a guest, so that his keys are his own.
        groups: what a price list may ask for, ``level:gold``; whoever sells knows them.
    """

    member_id: UUID | None = None
    email: str = ""
    phone: str = ""
    token: str = ""
    groups: frozenset[str] = frozenset()

    @property
    def identity(self) -> str:
        """What tells this buyer from every other."""
        return f"member:{self.member_id.hex}" if self.member_id else f"guest:{self.token}"


@dataclass(frozen=True, slots=True)
class Item:
    """So many of a variant.

    Attributes:
        options: what the buyer chose or wrote beside the variant: engraving, a form.
        campaign: reference of the campaign that it is bought in; empty for none.
        cart_line_id: the cart's line, which goes when the order is placed.
    """

    variant_id: UUID
    quantity: int
    options: Mapping[str, object] = field(default_factory=dict)
    campaign: str = ""
    cart_line_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """What the buyer chose on the checkout page.

    Attributes:
        shipping: code of a way to ship; empty takes the first there is.
        inputs: for modules, by their code: coupons, points to use.
    """

    shipping: str = ""
    note: str = ""
    inputs: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Basket:
    """Everything that a quote needs.

    Attributes:
        address: name, phone, country, region_code, region, city, line, postcode, and where
            somebody gave them latitude and longitude; empty when
            nothing has to be brought anywhere.
        holder: whose reservation of stock it uses, ``("cart", id)``.
        source: where it comes from, for reports: ``store``, ``api``.
    """

    items: Sequence[Item]
    shopper: Shopper
    currency: str
    address: Mapping[str, str] = field(default_factory=dict)
    choices: Choices = field(default_factory=Choices)
    holder: tuple[str, UUID] | None = None
    source: str = ""

    @property
    def near(self) -> str:
        """The smallest region of the address that is known, as stock is routed by it."""
        return self.address.get("region_code", "") or self.address.get("country", "")


@dataclass(frozen=True, slots=True)
class Placement:
    """A basket that is to become orders.

    Attributes:
        key: the caller's; one buyer's same key places once.
        expected_total: what the buyer was shown; another total is refused.
    """

    basket: Basket
    key: str
    expected_total: Money | None

    def stored_key(self) -> UUID:
        """Return the key together with whose it is, as it is stored."""
        text = f"{self.basket.shopper.identity}\x00{self.key}"
        return UUID(bytes=hashlib.sha256(text.encode()).digest()[:16])
