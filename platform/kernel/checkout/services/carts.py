"""Checkout of what is selected in a cart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.cart.choices import CartPurpose
from kernel.cart.models import CartLine
from kernel.cart.services import CartOwner, Wish, find_cart, holder_of, selected_lines
from kernel.cart.wishes import checked_wish
from kernel.checkout.baskets import Basket, Choices, Item, Placement, Shopper
from kernel.checkout.errors import ContactMissing, GuestsRefused
from kernel.checkout.placing import Ordered, order_one
from kernel.checkout.quoting import Quote, quote_basket
from kernel.common.money import Money
from kernel.inventory.services import reserve
from kernel.orders.goods import goods_of, stock_wants
from kernel.orders.policy import current_policy
from kernel.tenancy.context import current_tenant

HELD_FOR: Final = timedelta(minutes=15)
_NOTHING: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Visit:
    """A buyer at checkout.

    Attributes:
        owner: of the cart.
        address: see `Basket`.
        email, phone: of a guest.
        groups: what price lists may ask for.
        wishes: what is bought past the cart, which stays as it is; empty takes what is
            selected there.
    """

    owner: CartOwner
    wishes: Sequence[Wish] = ()
    address: Mapping[str, str] = field(default_factory=dict)
    choices: Choices = field(default_factory=Choices)
    email: str = ""
    phone: str = ""
    groups: frozenset[str] = frozenset()
    purpose: CartPurpose = CartPurpose.CART
    source: str = "store"


def quote(visit: Visit, *, now: datetime) -> Quote:
    """Return what the selected lines of a cart cost, and what speaks against ordering them."""
    return quote_basket(basket_of(visit), now=now)


def hold_stock(visit: Visit, *, now: datetime) -> datetime:
    """Keep what is selected for this buyer for some minutes; again makes it longer.

    Returns:
        Until when.

    Raises:
        OutOfStock: there is too little of something.
    """
    basket = basket_of(visit)
    until = now + HELD_FOR
    cart = None if basket.holder else find_cart(visit.owner, purpose=visit.purpose)
    holder = holder_of(cart) if cart else basket.holder
    if holder is not None:
        known = goods_of(item.variant_id for item in basket.items)
        wants = stock_wants(
            (goods.kind, goods.variant_id, item.quantity, goods.contents)
            for item in basket.items
            if (goods := known.get(item.variant_id)) is not None
        )
        reserve(wants, holder=holder, until=until, near=basket.near, now=now)
    return until


def place(visit: Visit, *, key: str, expected_total: Money, actor: Actor, now: datetime) -> Ordered:
    """Order what is selected in a cart; the same key again returns what it ordered.

    Args:
        visit: who buys, and what was chosen.
        key: the caller's.
        expected_total: what the buyer was shown.
        actor: the buyer, as the timeline names people.
        now: the moment.

    Raises:
        GuestsRefused: the shop takes orders from members only.
        ContactMissing: a guest cannot be reached.
        PlacementRefused: it cannot be ordered as it is.
        TotalChanged: it costs something else by now.
        OutOfStock: somebody was faster.
    """
    if visit.owner.member_id is None:
        if not current_policy().guests_may_order:
            raise GuestsRefused
        if not (visit.email or visit.phone):
            raise ContactMissing
    placement = Placement(basket_of(visit), key, expected_total)
    return order_one(placement, actor=actor, now=now)


def basket_of(visit: Visit) -> Basket:
    """Return what is wished for, or what is selected in a cart, as a basket; one query at most.

    Raises:
        InvalidChoice: what was chosen beside a variant cannot be kept.
    """
    lines = () if visit.wishes else selected_lines(visit.owner, purpose=visit.purpose)
    return Basket(
        items=[
            *(_item(wish.variant_id, checked_wish(wish)) for wish in visit.wishes),
            # What was deleted is nothing that is sold, and the quote says so.
            *(_item(line.variant_id or _NOTHING, line, line.pk) for line in lines),
        ],
        shopper=Shopper(
            member_id=visit.owner.member_id,
            email=visit.email,
            phone=visit.phone,
            token=visit.owner.token_hash or "",
            groups=visit.groups,
        ),
        currency=current_tenant().currency,
        address=dict(visit.address),
        choices=visit.choices,
        holder=holder_of(lines[0].cart_id) if lines else None,
        source=visit.source,
    )


def _item(variant_id: UUID, told: Wish | CartLine, line_id: UUID | None = None) -> Item:
    return Item(
        variant_id=variant_id,
        quantity=told.quantity,
        options={**told.options, **({"form": told.form} if told.form else {})},
        campaign=told.campaign,
        cart_line_id=line_id,
    )
