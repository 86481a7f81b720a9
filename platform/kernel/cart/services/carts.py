"""Finds, makes and forgets carts."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from kernel.cart.choices import CartPurpose
from kernel.cart.models import Cart
from kernel.cart.values import CartOwner
from kernel.common.db.kept import preparing
from kernel.common.ids import uuid7

# A row that is there is locked by its update, as one that is made is by nobody seeing it.
_OPEN: Final = """
INSERT INTO cart_cart (id, member_id, token_hash, purpose, updated_at, expires_at)
VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT ({owner}, purpose)
       DO UPDATE SET updated_at = EXCLUDED.updated_at, expires_at = EXCLUDED.expires_at
RETURNING id
"""
_COLUMNS: Final = ("id", "member_id", "token_hash", "purpose", "updated_at", "expires_at")

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
    column = "token_hash" if owner.member_id is None else "member_id"
    told = [owner.member_id, owner.token_hash, purpose.value, now, expires]
    with preparing(), connection.cursor() as cursor:
        cursor.execute(_OPEN.format(owner=column), [uuid7(), *told])
        row = cursor.fetchone()
    return Cart.from_db(None, _COLUMNS, [*row, *told])


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
