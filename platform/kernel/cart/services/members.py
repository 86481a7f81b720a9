"""Carts of members who go, or turn out to be one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel.cart.models import Cart
from kernel.cart.selectors import holder_of
from kernel.cart.services.merging import absorb
from kernel.cart.values import CartOwner, Dropped
from kernel.inventory.services import release_reservations


@transaction.atomic
def forget_member(member_id: UUID) -> None:
    """Delete a member's carts with all that was written into them; again does no harm."""
    carts = list(Cart.objects.select_for_update().filter(member_id=member_id).order_by("pk"))
    release_reservations([holder_of(cart) for cart in carts])
    Cart.objects.filter(pk__in=[cart.pk for cart in carts]).delete()


def join_members(*, kept_id: UUID, absorbed_id: UUID, now: datetime) -> list[Dropped]:
    """Put the cart of a member into the cart of another; return what did not fit."""
    return absorb(CartOwner(member_id=absorbed_id), into=CartOwner(member_id=kept_id), now=now)
