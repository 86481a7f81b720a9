"""Cart links: what is in a cart, signed, for somebody else to buy.

A link names goods only. What the buyer wrote (a greeting, a name to engrave) and
who shared it stay out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from kernel.cart.choices import DropReason
from kernel.cart.errors import LinkUnusable, NothingToShare
from kernel.cart.goods import Goods, goods_for_sale
from kernel.cart.models import CartLine
from kernel.cart.selectors import find_cart
from kernel.cart.services.carts import cart_of
from kernel.cart.services.merging import pour
from kernel.cart.values import CartOwner, Dropped, Wish
from kernel.cart.wishes import choice_hash
from kernel.common.ids import parse_public_id, public_id
from kernel.tenancy import signing

_SALT: Final = "cart.link"
_LASTS: Final = timedelta(days=30)
# A link has to fit into messengers and QR codes.
_MOST_SHARED: Final = 30
_LONGEST_LINK: Final = 8000


@dataclass(frozen=True, slots=True)
class SharedLine:
    """One thing in a shared cart as it is now; without goods when it is not sold any more."""

    wish: Wish
    title: str
    goods: Goods | None


def share(owner: CartOwner) -> str:
    """Return the signed content of a link to what is selected in a cart.

    Raises:
        NothingToShare: nothing is selected, or more than a link can hold.
    """
    cart = find_cart(owner)
    lines = list(
        CartLine.objects.filter(cart=cart, selected=True, variant__isnull=False)
        .order_by("id")
        .values_list("variant_id", "quantity", "options", "title_seen")[: _MOST_SHARED + 1]
    )
    if cart is None or not 0 < len(lines) <= _MOST_SHARED:
        raise NothingToShare(most=_MOST_SHARED)
    told = [
        [public_id("var", variant), quantity, options, title]
        for variant, quantity, options, title in lines
    ]
    return signing.dumps(told, salt=_SALT)


def open_shared(text: str, *, owner: CartOwner, now: datetime) -> list[SharedLine]:
    """Return what a link holds, at the prices of whoever looks.

    Raises:
        LinkUnusable: forged, too old, or of another shop.
    """
    wishes = _read(text)
    quantities: dict[UUID, int] = {}
    for wish, _title in wishes:
        quantities[wish.variant_id] = quantities.get(wish.variant_id, 0) + wish.quantity
    goods = goods_for_sale(quantities, owner=owner, holder=None, now=now)
    return [SharedLine(wish, title, goods.get(wish.variant_id)) for wish, title in wishes]


@transaction.atomic
def take_shared(text: str, *, owner: CartOwner, now: datetime) -> list[Dropped]:
    """Put what a link holds into the cart, up to what one order may have.

    Returns:
        What was left out, and why.

    Raises:
        LinkUnusable: forged, too old, or of another shop.
    """
    found = open_shared(text, owner=owner, now=now)
    dropped = [
        Dropped(line.wish.variant_id, line.title, line.wish.quantity, DropReason.NOT_ON_SALE)
        for line in found
        if line.goods is None
    ]
    target = cart_of(owner, now=now)
    return dropped + pour([_as_line(line) for line in found if line.goods is not None], target)


def _as_line(shared: SharedLine) -> CartLine:
    goods, wish = shared.goods, shared.wish
    assert goods is not None  # noqa: S101  the caller asks for what is sold
    price = goods.price.unit if goods.price is not None else None
    return CartLine(
        variant=goods.variant,
        title_seen=goods.product.title,
        quantity=wish.quantity,
        options=wish.options,
        choice_hash=choice_hash(wish),
        unit_minor_seen=price.minor if price is not None else None,
        currency_seen=price.currency if price is not None else "",
    )


def _read(text: str) -> list[tuple[Wish, str]]:
    if len(text) > _LONGEST_LINK:
        raise LinkUnusable
    try:
        rows: list[Any] = signing.loads(text, salt=_SALT, max_age=_LASTS)
    except signing.BadSignature as error:
        raise LinkUnusable from error
    return [
        (Wish(parse_public_id("var", variant), quantity, options), title)
        for variant, quantity, options, title in rows
    ]
