"""Puts things into carts, changes them, takes them out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from psycopg.types.json import Jsonb

from kernel.cart.choices import CartPurpose
from kernel.cart.errors import CartFull, UnknownLine
from kernel.cart.goods import (
    Goods,
    check_quantity,
    priced_quantities,
    prices_of,
    the_goods,
)
from kernel.cart.models import Cart, CartLine
from kernel.cart.selectors import find_cart, holder_of, read
from kernel.cart.services.carts import cart_of
from kernel.cart.values import MOST_LINES, CartOwner, CartView, Wish
from kernel.cart.wishes import checked_wish, choice_hash
from kernel.common.db.kept import Kept, preparing
from kernel.common.db.writing import Writing
from kernel.common.ids import uuid7
from kernel.common.money import Money
from kernel.inventory.values import checked_quantity

_COLUMNS: Final = (
    *("id", "cart_id", "variant_id", "title_seen", "quantity", "options", "form", "campaign"),
    *("choice_hash", "unit_minor_seen", "currency_seen", "selected"),
)
# Django puts such a statement together anew each time, which takes longer than to run it.
_INSERT: Final = (
    f"INSERT INTO cart_cartline ({', '.join(_COLUMNS)})"  # noqa: S608  constants
    f" VALUES ({', '.join(['%s'] * len(_COLUMNS))})"
)
_FORGET: Final = "DELETE FROM cart_cartline WHERE id = ANY(%s)"

_LINES: Final = Kept(
    lambda cart: CartLine.objects.filter(cart=cart).annotate(sold=F("variant__product_id")),
    cart=UUID,
)


@transaction.atomic
def add(owner: CartOwner, wish: Wish, *, now: datetime) -> CartLine:
    """Put something into the cart; the same again makes its line larger.

    Raises:
        InvalidQuantity: nobody can mean the quantity.
        InvalidChoice: what was chosen beside the variant cannot be kept.
        NotOnSale: the variant cannot be bought.
        QuantityNotAllowed: the product is not sold in such a quantity.
        OutOfStock: there is not so much.
        CartFull: there are too many lines.
    """
    return _added(owner, wish, now=now)[0]


def add_and_read(owner: CartOwner, wish: Wish, *, now: datetime) -> CartView:
    """Do so and return the cart; what was looked up for the one counts for the other.

    Raises:
        InvalidQuantity, InvalidChoice, NotOnSale, QuantityNotAllowed, OutOfStock, CartFull: as
            `add`.
    """
    with transaction.atomic():
        _line, goods = _added(owner, wish, now=now)
    return read(owner, now=now, known=goods)


@transaction.atomic
def buy_now(owner: CartOwner, wish: Wish, *, now: datetime) -> CartLine:
    """Put one thing into a cart of its own, in place of what was there; the other cart stays.

    Raises:
        InvalidQuantity, InvalidChoice, NotOnSale, QuantityNotAllowed, OutOfStock: as `add`.
    """
    checked_quantity(wish.quantity)
    wanted = checked_wish(wish)
    cart = cart_of(owner, now=now, purpose=CartPurpose.BUY_NOW)
    CartLine.objects.filter(cart=cart).delete()
    return _put(cart, wanted, owner=owner, now=now)[0]


@transaction.atomic
def change(owner: CartOwner, line_id: UUID, quantity: int, *, now: datetime) -> CartLine:
    """Give a line another quantity.

    A price that rose meanwhile stays a warning; one that changes because of the
    quantity does not become one.

    Raises:
        UnknownLine: the cart has no such line.
        InvalidQuantity, NotOnSale, QuantityNotAllowed, OutOfStock: as `add`.
    """
    checked_quantity(quantity)
    cart = cart_of(owner, now=now)
    line = CartLine.objects.filter(cart=cart, pk=line_id).first()
    if line is None:
        raise UnknownLine
    # A variant that was deleted is no key of anything, and so not on sale.
    variant = line.variant_id or line.pk
    goods = the_goods(variant, quantity, owner=owner, holder=holder_of(cart), now=now)
    check_quantity(goods, quantity, others=_others(cart, goods, without=line.pk))
    _agree(line, goods, owner=owner, now=now)
    line.quantity = quantity
    line.save(update_fields=["quantity", "unit_minor_seen", "currency_seen"])
    return line


@transaction.atomic
def remove(owner: CartOwner, line_ids: Collection[UUID], *, now: datetime) -> None:
    """Take lines out; those that are not there do no harm."""
    if find_cart(owner) is not None:
        CartLine.objects.filter(cart=cart_of(owner, now=now), pk__in=line_ids).delete()


@transaction.atomic
def clear(owner: CartOwner, *, now: datetime) -> None:
    """Take everything out."""
    if find_cart(owner) is not None:
        CartLine.objects.filter(cart=cart_of(owner, now=now)).delete()


@transaction.atomic
def select(
    owner: CartOwner, line_ids: Collection[UUID] | None, *, selected: bool, now: datetime
) -> None:
    """Choose lines for checkout, or leave them for later; None stands for all.

    Raises:
        UnknownLine: the cart lacks one of them; nothing was chosen.
    """
    if find_cart(owner) is None:
        if line_ids:
            raise UnknownLine
        return
    lines = CartLine.objects.filter(cart=cart_of(owner, now=now))
    if line_ids is not None:
        lines = lines.filter(pk__in=line_ids)
    if lines.update(selected=selected) != len(set(line_ids or ())) and line_ids is not None:
        raise UnknownLine


@transaction.atomic
def accept_prices(owner: CartOwner, *, now: datetime) -> None:
    """Note that the buyer saw today's prices, so that no line warns of them any more."""
    if find_cart(owner) is None:
        return
    lines = list(CartLine.objects.filter(cart=cart_of(owner, now=now)))
    quantities = priced_quantities((x.variant_id, x.quantity, x.selected) for x in lines)
    prices = prices_of(quantities, owner=owner, now=now) if quantities else {}
    for line in lines:
        if line.variant_id is not None and (price := prices.get(line.variant_id)):
            _note(line, price.unit)
    CartLine.objects.bulk_update(lines, ["unit_minor_seen", "currency_seen"])


def forget_lines(line_ids: Collection[UUID], *, writing: Writing) -> None:
    """Take lines out because they were ordered, of any number of carts, with what is written."""
    if line_ids:
        writing.run(_FORGET, list(line_ids))


def _added(owner: CartOwner, wish: Wish, *, now: datetime) -> tuple[CartLine, Goods]:
    checked_quantity(wish.quantity)
    wanted = checked_wish(wish)
    cart = cart_of(owner, now=now)
    return _put(cart, wanted, owner=owner, now=now)


def _put(cart: Cart, wish: Wish, *, owner: CartOwner, now: datetime) -> tuple[CartLine, Goods]:
    key = choice_hash(wish)
    lines = _LINES(cart=cart.pk)
    same = next((each for each in lines if each.choice_hash == key), None)
    quantity = wish.quantity + (same.quantity if same is not None else 0)
    goods = the_goods(wish.variant_id, quantity, owner=owner, holder=holder_of(cart), now=now)
    beside = [
        each.quantity
        for each in lines
        if each.sold == goods.product.pk and each.selected and each is not same
    ]
    check_quantity(goods, quantity, others=beside)
    if same is not None:
        _agree(same, goods, owner=owner, now=now)
        same.quantity, same.selected = quantity, True
        same.save(update_fields=["quantity", "selected", "unit_minor_seen", "currency_seen"])
        return same, goods
    if len(lines) >= MOST_LINES:
        raise CartFull(most=MOST_LINES)
    line = CartLine(
        id=uuid7(),
        cart=cart,
        variant=goods.variant,
        title_seen=goods.product.title,
        quantity=quantity,
        options=wish.options,
        form=wish.form,
        campaign=wish.campaign,
        choice_hash=key,
    )
    if goods.price is not None:
        _note(line, goods.price.unit)
    _insert(line)
    return line, goods


def _insert(line: CartLine) -> None:
    told = [getattr(line, name) for name in _COLUMNS]
    written: list[Any] = [Jsonb(value) if isinstance(value, dict) else value for value in told]
    with preparing(), connection.cursor() as cursor:
        cursor.execute(_INSERT, written)


def _others(cart: Cart, goods: Goods, *, without: UUID) -> list[int]:
    lines = CartLine.objects.filter(cart=cart, variant__product=goods.product, selected=True)
    return [n for key, n in lines.values_list("pk", "quantity") if key != without]


def _agree(line: CartLine, goods: Goods, *, owner: CartOwner, now: datetime) -> None:
    """Take the price of the new quantity as agreed to, unless the old one has changed unseen."""
    before = prices_of({goods.variant.pk: line.quantity}, owner=owner, now=now)
    was = before.get(goods.variant.pk)
    is_unchanged = was is not None and was.unit.minor == line.unit_minor_seen
    if goods.price is not None and (is_unchanged or line.unit_minor_seen is None):
        _note(line, goods.price.unit)


def _note(line: CartLine, unit: Money) -> None:
    line.unit_minor_seen, line.currency_seen = unit.minor, unit.currency
