"""What goes into a cart, what it shows, and what it refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.cart.choices import CartPurpose, Fulfilment, WarningCode
from kernel.cart.errors import CartFull, InvalidChoice, NotOnSale, QuantityNotAllowed, UnknownLine
from kernel.cart.models import Cart, CartLine
from kernel.cart.services import (
    CartOwner,
    Wish,
    accept_prices,
    add,
    buy_now,
    change,
    clear,
    forget_carts,
    forget_lines,
    holder_of,
    pieces_in,
    read,
    remove,
    select,
)
from kernel.cart.values import MOST_LINES
from kernel.catalogue.models import Product, Variant
from kernel.common.db.writing import Writing
from kernel.common.ids import uuid7
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.inventory.errors import InvalidQuantity, OutOfStock
from kernel.inventory.services import Want, allocate, reserve
from kernel.pricing.services import NewPrice, set_base_prices
from testkit.factories.cart import filled, for_sale, stranger
from testkit.factories.catalogue import ACTOR, make_price_list, make_variant

pytestmark = pytest.mark.usefixtures("in_tenant_a")

NOW = utc_now()


def codes(owner: CartOwner) -> list[str]:
    """Return what the buyer is told of the lines, in order."""
    return [notice.code.value for _line, notice in read(owner, now=utc_now()).warnings]


def reprice(variant: Variant, price: str) -> None:
    set_base_prices([NewPrice(variant.pk, Money.parse(price, "CNY"))], actor=ACTOR)


def test_an_empty_cart_costs_no_row() -> None:
    view = read(stranger(), now=NOW)

    assert (view.lines, view.subtotal, view.quantity) == ((), Money(0, "CNY"), 0)
    assert Cart.objects.count() == 0


def test_the_same_again_makes_its_line_larger_and_another_make_up_another_line() -> None:
    owner, variant = stranger(), for_sale()

    add(owner, Wish(variant.pk, 2), now=NOW)
    add(owner, Wish(variant.pk, 3), now=NOW)
    add(owner, Wish(variant.pk, 1, form={"engraving": "兰"}), now=NOW)

    view = read(owner, now=utc_now())
    assert [line.quantity for line in view.lines] == [5, 1]
    assert view.lines[1].form == {"engraving": "兰"}
    assert view.subtotal == Money(6000, "CNY")
    assert (view.quantity, pieces_in(owner), view.warnings) == (6, 6, ())


def test_a_cart_belongs_to_its_owner_alone() -> None:
    owner, other = stranger(), stranger()
    filled(owner, 1)
    line = CartLine.objects.get()

    with pytest.raises(UnknownLine):
        change(other, line.pk, 2, now=NOW)
    with pytest.raises(UnknownLine):
        select(other, [line.pk], selected=False, now=NOW)
    remove(other, [line.pk], now=NOW)

    assert read(other, now=utc_now()).lines == ()
    assert CartLine.objects.values_list("quantity", "selected").get() == (1, True)


def test_the_token_itself_is_stored_nowhere() -> None:
    owner = stranger()
    filled(owner, 1)

    assert Cart.objects.get().token_hash == owner.token_hash
    assert owner.token not in str(Cart.objects.values().get())


@pytest.mark.parametrize("quantity", [0, -1, 10**7, 10**40, 1.5, "2", None, True])
def test_a_quantity_that_nobody_can_mean_is_refused(quantity: Any) -> None:
    owner, variant = stranger(), for_sale()
    add(owner, Wish(variant.pk, 1), now=NOW)
    line = CartLine.objects.get()

    with pytest.raises(InvalidQuantity):
        add(owner, Wish(variant.pk, quantity), now=NOW)
    with pytest.raises(InvalidQuantity):
        change(owner, line.pk, quantity, now=NOW)

    assert pieces_in(owner) == 1


def test_only_what_is_on_sale_goes_into_a_cart() -> None:
    owner = stranger()
    draft = for_sale()
    Product.objects.filter(pk=draft.product_id).update(status="draft")
    later = for_sale()
    Product.objects.filter(pk=later.product_id).update(published_from=NOW + timedelta(days=1))
    over = for_sale()
    Product.objects.filter(pk=over.product_id).update(published_until=NOW)
    archived = for_sale()
    Variant.objects.filter(pk=archived.pk).update(status="archived")
    unpriced = for_sale(price=None)

    for variant in (draft.pk, later.pk, over.pk, archived.pk, unpriced.pk, uuid7()):
        with pytest.raises(NotOnSale):
            add(owner, Wish(variant, 1), now=NOW)

    assert pieces_in(owner) == 0


def test_no_more_goes_into_a_cart_than_there_is() -> None:
    owner, variant = stranger(), for_sale(3)
    add(owner, Wish(variant.pk, 2), now=NOW)

    with pytest.raises(OutOfStock):
        add(owner, Wish(variant.pk, 2), now=NOW)

    assert pieces_in(owner) == 2


def test_minimum_maximum_and_step_of_a_product_hold_over_all_its_lines() -> None:
    owner = stranger()
    variant = for_sale(min_per_order=2, max_per_order=6, step=2)

    for quantity in (1, 3, 8):
        with pytest.raises(QuantityNotAllowed) as refusal:
            add(owner, Wish(variant.pk, quantity), now=NOW)
        assert refusal.value.fields["maximum"] == 6
    add(owner, Wish(variant.pk, 4), now=NOW)
    with pytest.raises(QuantityNotAllowed):
        add(owner, Wish(variant.pk, 4, form={"engraving": "x"}), now=NOW)

    assert pieces_in(owner) == 4


def test_nobody_puts_more_into_a_cart_than_he_may_ever_have() -> None:
    owner = stranger()
    variant = for_sale(max_per_order=6, max_per_member=2)

    with pytest.raises(QuantityNotAllowed) as refusal:
        add(owner, Wish(variant.pk, 3), now=NOW)

    assert refusal.value.fields["maximum"] == 2


@pytest.mark.parametrize(
    "wish",
    [
        {"options": {"colour": ["red"]}},
        {"options": {"": "red"}},
        {"options": {"n": 1.5}},
        {"options": {f"field-{number}": 1 for number in range(21)}},
        {"form": {"text": "x" * 501}},
        {"form": {"text": "\x00"}},
        {"form": {"text": "\ud800"}},
        {"form": {"count": 10**30}},
        {"campaign": "x" * 81},
        {"campaign": "a\nb"},
    ],
)
def test_what_is_written_beside_a_variant_has_bounds(wish: dict[str, Any]) -> None:
    owner, variant = stranger(), for_sale()

    with pytest.raises(InvalidChoice):
        add(owner, Wish(variant.pk, 1, **wish), now=NOW)

    assert pieces_in(owner) == 0


def test_a_cart_has_room_for_so_many_lines() -> None:
    owner, variant = stranger(), for_sale(1000)
    for number in range(MOST_LINES):
        add(owner, Wish(variant.pk, 1, form={"number": number}), now=NOW)

    with pytest.raises(CartFull):
        add(owner, Wish(variant.pk, 1), now=NOW)


def test_a_price_that_rose_is_shown_until_the_buyer_accepts_it() -> None:
    owner, variant = stranger(), for_sale(price="10.00")
    line = add(owner, Wish(variant.pk, 1), now=NOW)
    reprice(variant, "12.00")

    view = read(owner, now=utc_now())
    assert codes(owner) == ["price_raised"]
    assert view.warnings[0][1].was == Money(1000, "CNY")
    assert view.subtotal == Money(1200, "CNY")
    change(owner, line.pk, 2, now=utc_now())
    assert codes(owner) == ["price_raised"]
    accept_prices(owner, now=utc_now())

    assert codes(owner) == []
    reprice(variant, "9.00")
    assert codes(owner) == ["price_lowered"]


def test_a_price_that_changes_with_the_quantity_is_no_surprise() -> None:
    owner, variant = stranger(), for_sale(price="10.00")
    make_price_list({variant.pk: "8.00"}, min_quantity=5)
    line = add(owner, Wish(variant.pk, 1), now=NOW)

    change(owner, line.pk, 5, now=utc_now())
    assert read(owner, now=utc_now()).subtotal == Money(4000, "CNY")
    assert codes(owner) == []
    change(owner, line.pk, 1, now=utc_now())

    assert read(owner, now=utc_now()).subtotal == Money(1000, "CNY")
    assert codes(owner) == []


def test_what_sold_out_meanwhile_stays_in_the_cart_and_out_of_checkout() -> None:
    owner = stranger()
    gone, fewer = for_sale(2), for_sale(5)
    add(owner, Wish(gone.pk, 2), now=NOW)
    add(owner, Wish(fewer.pk, 4), now=NOW)
    allocate(("order", uuid7()), [Want(gone.pk, 2), Want(fewer.pk, 3)])

    view = read(owner, now=utc_now())

    assert codes(owner) == ["sold_out", "less_left"]
    assert view.warnings[1][1].available == 2
    assert view.to_buy == ()
    assert view.subtotal == Money(0, "CNY")


def test_what_the_carts_own_checkout_holds_is_not_sold_out_for_it() -> None:
    owner, variant = stranger(), for_sale(2)
    line = add(owner, Wish(variant.pk, 2), now=NOW)
    holder = holder_of(Cart.objects.get())
    until = utc_now() + timedelta(minutes=5)
    reserve([Want(variant.pk, 2)], holder=holder, until=until)

    assert codes(owner) == []
    change(owner, line.pk, 2, now=utc_now())
    with pytest.raises(OutOfStock):
        add(stranger(), Wish(variant.pk, 1), now=utc_now())


def test_two_lines_of_one_variant_share_what_there_is() -> None:
    owner, variant = stranger(), for_sale(4)
    add(owner, Wish(variant.pk, 3), now=NOW)
    add(owner, Wish(variant.pk, 3, form={"engraving": "x"}), now=NOW)

    assert codes(owner) == ["less_left"]
    assert [line.is_buyable for line in read(owner, now=utc_now()).lines] == [True, False]


def test_a_product_that_was_taken_off_sale_or_deleted_is_named_and_not_charged() -> None:
    owner = stranger()
    hidden, sold = filled(owner, 1, 1)
    # Nothing was ever kept of it in stock, so nothing keeps it from being deleted.
    deleted = make_variant()
    Variant.objects.filter(pk=deleted.pk).update(out_of_stock="preorder", oversell_limit=5)
    line = add(owner, Wish(deleted.pk, 1), now=NOW)
    title = Product.objects.get(pk=deleted.product_id).title
    Product.objects.filter(pk=hidden.product_id).update(status="archived")
    Product.objects.filter(pk=deleted.product_id).delete()

    view = read(owner, now=utc_now())

    assert codes(owner) == ["not_on_sale", "not_on_sale"]
    assert [each.variant_id for each in view.to_buy] == [sold.pk]
    assert title in [each.title for each in view.lines]
    with pytest.raises(NotOnSale):
        change(owner, line.pk, 2, now=utc_now())
    remove(owner, [line.pk], now=utc_now())
    assert len(read(owner, now=utc_now()).lines) == 2


def test_limits_that_came_later_are_told() -> None:
    owner, variant = stranger(), for_sale()
    add(owner, Wish(variant.pk, 5), now=NOW)
    product = Product.objects.filter(pk=variant.product_id)

    product.update(max_per_order=4)
    assert codes(owner) == [WarningCode.OVER_LIMIT.value]
    product.update(max_per_order=None, min_per_order=6, step=2)

    assert codes(owner) == ["below_minimum", "wrong_step"]


def test_lines_left_for_later_are_not_charged() -> None:
    owner = stranger()
    filled(owner, 1, 2, price="10.00")
    first = CartLine.objects.order_by("id").first()
    assert first is not None

    select(owner, [first.pk], selected=False, now=NOW)
    assert read(owner, now=utc_now()).subtotal == Money(2000, "CNY")
    select(owner, None, selected=False, now=NOW)
    assert read(owner, now=utc_now()).subtotal == Money(0, "CNY")
    select(owner, None, selected=True, now=NOW)

    assert read(owner, now=utc_now()).subtotal == Money(3000, "CNY")
    with pytest.raises(UnknownLine):
        select(owner, [uuid7()], selected=True, now=NOW)


def test_buying_now_leaves_the_cart_alone_and_replaces_the_last_such_purchase() -> None:
    owner = stranger()
    filled(owner, 2)
    first, second = for_sale(), for_sale()

    buy_now(owner, Wish(first.pk, 1), now=NOW)
    buy_now(owner, Wish(second.pk, 3), now=NOW)

    quick = read(owner, now=utc_now(), purpose=CartPurpose.BUY_NOW)
    assert [(line.variant_id, line.quantity) for line in quick.lines] == [(second.pk, 3)]
    assert pieces_in(owner) == 2


def test_what_was_ordered_leaves_the_cart() -> None:
    owner = stranger()
    filled(owner, 1, 1)
    ordered = [line.id for line in read(owner, now=utc_now()).lines[:1]]

    writing = Writing(is_large=False)
    forget_lines(ordered, writing=writing)
    writing.send()

    assert len(read(owner, now=utc_now()).lines) == 1
    clear(owner, now=NOW)
    assert read(owner, now=utc_now()).lines == ()


def test_goods_are_grouped_by_who_sends_them_and_how() -> None:
    owner, seller = stranger(), uuid7()
    filled(owner, 1, 1, price="10.00")
    filled(owner, 1, price="3.00", kind="virtual")
    filled(owner, 1, price="5.00", seller_id=seller)

    groups = read(owner, now=utc_now()).groups

    shown = [(group.seller_id, group.fulfilment, group.subtotal.minor) for group in groups]
    assert shown == [
        (None, Fulfilment.SHIPPED, 2000),
        (None, Fulfilment.DIGITAL, 300),
        (seller, Fulfilment.SHIPPED, 500),
    ]


def test_thirty_lines_in_three_groups_cost_as_many_queries_as_one() -> None:
    def cost(number: int) -> int:
        owner = stranger()
        sellers: list[UUID | None] = [None, UUID(int=1), UUID(int=2)]
        for place in range(number):
            filled(owner, 1, seller_id=sellers[place % 3])
        with CaptureQueriesContext(connection) as captured:
            view = read(owner, now=utc_now())
        assert (len(view.lines), len(view.groups)) == (number, min(number, 3))
        return len(captured)

    assert cost(30) == cost(1) <= 8


def test_a_strangers_cart_is_forgotten_and_a_members_is_not() -> None:
    owner = stranger()
    filled(owner, 1)

    assert forget_carts(utc_now() + timedelta(days=59)) == 0
    assert forget_carts(utc_now() + timedelta(days=61)) == 1

    assert (Cart.objects.count(), CartLine.objects.count()) == (0, 0)


def test_a_service_is_bought_though_no_shelf_holds_it() -> None:
    owner, variant = stranger(), make_variant(kind="service", price="30.00")

    add(owner, Wish(variant.pk, 2), now=NOW)

    view = read(owner, now=utc_now())
    assert (view.warnings, view.subtotal) == ((), Money(6000, "CNY"))
    assert view.groups[0].fulfilment == Fulfilment.SERVICE
