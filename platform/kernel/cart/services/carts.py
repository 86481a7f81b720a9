"""Finds, makes and forgets carts."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from kernel.cart.choices import CartPurpose
from kernel.cart.models import Cart
from kernel.cart.values import CartOwner

_TOKEN_BYTES: Final = 24
_LONGEST_TOKEN: Final = 64
_KEPT: Final = timedelta(days=60)
_BUY_NOW_KEPT: Final = timedelta(days=2)
_FORGOTTEN_A_TURN: Final = 500


def new_token() -> str:
    """Return a token that nobody can guess, for a stranger's cart."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def is_token(text: str) -> bool:
    """Tell whether a text can be a token at all."""
    return 0 < len(text) <= _LONGEST_TOKEN and text.isascii() and text.isprintable()


def cart_of(owner: CartOwner, *, now: datetime, purpose: CartPurpose = CartPurpose.CART) -> Cart:
    """Return the owner's cart, locked until the end of the transaction; makes it at need.

    The lock puts what one owner does one after the other: two taps would both
    find no line for a variant.
    """
    expires = _expiry(owner, purpose, now=now)
    Cart.objects.get_or_create(
        **owner.as_filter(), purpose=purpose, defaults={"expires_at": expires}
    )
    cart = Cart.objects.select_for_update(no_key=True).get(**owner.as_filter(), purpose=purpose)
    cart.updated_at, cart.expires_at = now, expires
    cart.save(update_fields=["updated_at", "expires_at"])
    return cart


def forget_carts(now: datetime) -> int:
    """Delete carts past their time, batch by batch; return how many."""
    total = 0
    while deleted := _forget_some(now):
        total += deleted
    return total


def forget_at(now: datetime) -> None:
    """Delete carts past their time; what the schedule calls."""
    forget_carts(now)


@transaction.atomic
def _forget_some(now: datetime) -> int:
    ids = list(
        Cart.objects.select_for_update(skip_locked=True)
        .filter(expires_at__lte=now)
        .order_by("pk")
        .values_list("pk", flat=True)[:_FORGOTTEN_A_TURN]
    )
    # Their lines go with them, in the database.
    Cart.objects.filter(pk__in=ids).delete()
    return len(ids)


def _expiry(owner: CartOwner, purpose: CartPurpose, *, now: datetime) -> datetime | None:
    if purpose == CartPurpose.BUY_NOW:
        return now + _BUY_NOW_KEPT
    return None if owner.member_id is not None else now + _KEPT
