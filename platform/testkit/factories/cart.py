"""Makes goods that can be put into carts, and owners of carts."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from kernel.cart.services import CartOwner, Wish, add, new_token
from kernel.catalogue.models import Variant
from kernel.common.time import utc_now
from kernel.members.models import Member
from kernel.members.services import register_member
from testkit.factories.catalogue import make_variant
from testkit.factories.inventory import places, put

PASSWORD = "seven quiet boats at noon"  # noqa: S105  a password of the test run only


def for_sale(quantity: int = 100, *, price: str | None = "10.00", **particulars: Any) -> Variant:
    """Make a variant on sale with a price and stock; further particulars are the product's."""
    variant = make_variant(price=price, **particulars)
    put(variant.pk, {places(1)[0]: quantity})
    return variant


def stranger() -> CartOwner:
    """Return somebody with a token of his own."""
    return CartOwner(token=new_token())


def make_member() -> Member:
    """Register a member."""
    login = f"{token_hex(6)}@example.com"
    return register_member(login=login, name="兰兰", password=PASSWORD)


def filled(owner: CartOwner, *quantities: int, **particulars: Any) -> list[Variant]:
    """Put new goods into a cart, as many of each as told."""
    variants = [for_sale(**particulars) for _quantity in quantities]
    for variant, quantity in zip(variants, quantities, strict=True):
        add(owner, Wish(variant.pk, quantity), now=utc_now())
    return variants
