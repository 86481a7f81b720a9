"""Puts one cart into another: at sign-in, and from a shared link."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel.cart.choices import CartPurpose, DropReason
from kernel.cart.goods import limits_of
from kernel.cart.models import Cart, CartLine
from kernel.cart.selectors import holder_of
from kernel.cart.services.carts import cart_of
from kernel.cart.values import MOST_LINES, CartOwner, Dropped
from kernel.common.ids import uuid7
from kernel.inventory.services import release_reservations
from kernel.inventory.values import MOST_QUANTITY


def merge(*, token: str, member_id: UUID, now: datetime) -> list[Dropped]:
    """Put a stranger's cart into the cart of the member whom he turned out to be.

    Equal lines become one, up to what one order may have. The stranger's carts
    are gone afterwards, so a second call finds nothing and drops nothing.

    Returns:
        What did not come along, and why.
    """
    return absorb(CartOwner(token=token), into=CartOwner(member_id=member_id), now=now)


@transaction.atomic
def absorb(owner: CartOwner, *, into: CartOwner, now: datetime) -> list[Dropped]:
    """Put one owner's cart into another's, and forget the first; see `merge`."""
    carts = list(Cart.objects.select_for_update().filter(**owner.as_filter()).order_by("pk"))
    source = next((cart for cart in carts if cart.purpose == CartPurpose.CART), None)
    dropped = []
    if source is not None:
        rows = CartLine.objects.select_related("variant__product").filter(cart=source)
        dropped = pour(list(rows.order_by("id")), cart_of(into, now=now))
    release_reservations([holder_of(cart) for cart in carts])
    Cart.objects.filter(pk__in=[cart.pk for cart in carts]).delete()
    return dropped


def pour(lines: Sequence[CartLine], target: Cart) -> list[Dropped]:
    """Add lines, read with their products, to a locked cart; return what was dropped.

    A new line keeps the price that its buyer agreed to, an existing one its own.
    """
    present = list(CartLine.objects.select_related("variant__product").filter(cart=target))
    by_choice = {line.choice_hash: line for line in present}
    pieces: dict[UUID, int] = defaultdict(int)
    for line in present:
        if line.variant is not None:
            pieces[line.variant.product_id] += line.quantity
    new: list[CartLine] = []
    changed: list[CartLine] = []
    dropped: list[Dropped] = []
    for line in lines:
        mine = by_choice.get(line.choice_hash)
        quantity, reason = _admitted(line, mine, pieces, room=MOST_LINES - len(by_choice))
        if reason is not None:
            lost = line.quantity - quantity
            dropped.append(Dropped(line.variant_id, line.title_seen, lost, reason))
        if not quantity:
            continue
        pieces[line.variant.product_id] += quantity
        if mine is not None:
            mine.quantity += quantity
            changed.append(mine)
        else:
            by_choice[line.choice_hash] = _copy(line, target, quantity=quantity)
            new.append(by_choice[line.choice_hash])
    CartLine.objects.bulk_update(changed, ["quantity"])
    CartLine.objects.bulk_create(new)
    return dropped


def _admitted(
    line: CartLine, mine: CartLine | None, pieces: dict[UUID, int], *, room: int
) -> tuple[int, DropReason | None]:
    if line.variant is None:
        return 0, DropReason.NOT_ON_SALE
    if mine is None and room <= 0:
        return 0, DropReason.FULL
    limits = limits_of(line.variant.product)
    before = mine.quantity if mine is not None else 0
    space = MOST_QUANTITY - before
    if limits.maximum is not None:
        space = min(space, limits.maximum - pieces[line.variant.product_id])
    quantity = max(min(line.quantity, space), 0)
    if quantity < line.quantity:
        # What is cut off leaves a quantity that is sold.
        quantity = max(quantity - (before + quantity) % limits.step, 0)
        return quantity, DropReason.LIMIT
    return quantity, None


def _copy(line: CartLine, target: Cart, *, quantity: int) -> CartLine:
    return CartLine(
        id=uuid7(),
        cart=target,
        variant=line.variant,
        title_seen=line.title_seen,
        quantity=quantity,
        options=line.options,
        form=line.form,
        campaign=line.campaign,
        choice_hash=line.choice_hash,
        unit_minor_seen=line.unit_minor_seen,
        currency_seen=line.currency_seen,
        selected=line.selected,
    )
