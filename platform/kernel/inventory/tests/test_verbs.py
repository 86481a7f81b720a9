"""Reserve, allocate, ship, release: what each does to the figures, and what it refuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.catalogue.models import BundleItem, Variant
from kernel.common.ids import public_id, uuid7
from kernel.common.outbox.models import OutboxEvent
from kernel.inventory.errors import InvalidQuantity, NotAllocated, NotOnHand, OutOfStock
from kernel.inventory.models import Allocation, Movement, Reservation, StockItem
from kernel.inventory.selectors import faults, promised, sellable_products
from kernel.inventory.services import (
    Want,
    adjust,
    allocate,
    allocate_many,
    availability,
    expire_reservations,
    release,
    release_reservations,
    reserve,
    set_levels,
    set_stock_policy,
    ship,
)
from kernel.inventory.services.locking import _FOR_TAKING
from kernel.inventory.values import MOST_QUANTITY, Ref, StockLine, Take
from kernel.tenancy.context import current_tenant
from testkit.factories.inventory import ACTOR, make_location, make_stocked, places, put, stock_of

pytestmark = pytest.mark.usefixtures("in_tenant_a")

NOW = datetime(2024, 5, 20, 4, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=15)
LATER = NOW + timedelta(minutes=16)


def order() -> Ref:
    return ("order", uuid7())


def cart() -> Ref:
    return ("cart", uuid7())


def test_a_reservation_takes_goods_out_of_sale_and_lapses_by_itself() -> None:
    variant = make_stocked(5)

    reserve([Want(variant.pk, 3)], holder=cart(), until=SOON, now=NOW)

    assert availability([variant.pk], now=NOW)[variant.pk].sellable == 2
    assert availability([variant.pk], now=LATER)[variant.pk].sellable == 5
    with pytest.raises(OutOfStock):
        allocate(order(), [Want(variant.pk, 3)], now=NOW)
    allocate(order(), [Want(variant.pk, 3)], now=LATER)
    assert stock_of(variant.pk) == (5, 3, 0)
    assert faults() == []


def test_the_sweep_frees_what_lapsed_and_nothing_else() -> None:
    variant = make_stocked(5)
    reserve([Want(variant.pk, 2)], holder=cart(), until=SOON, now=NOW)
    reserve([Want(variant.pk, 1)], holder=cart(), until=LATER + timedelta(hours=1), now=NOW)

    assert expire_reservations(LATER) == 1

    assert stock_of(variant.pk) == (5, 0, 1)
    assert expire_reservations(LATER) == 0
    assert faults() == []


def test_a_checkout_that_reserves_again_holds_the_new_goods_only() -> None:
    first, second = make_stocked(5), make_stocked(5)
    holder = cart()
    reserve([Want(first.pk, 5), Want(second.pk, 1)], holder=holder, until=SOON, now=NOW)

    reserve([Want(second.pk, 5)], holder=holder, until=SOON, now=NOW)

    assert stock_of(first.pk) == (5, 0, 0)
    assert stock_of(second.pk) == (5, 0, 5)
    assert faults() == []


def test_a_refused_reservation_leaves_the_earlier_one() -> None:
    variant = make_stocked(5)
    holder = cart()
    reserve([Want(variant.pk, 2)], holder=holder, until=SOON, now=NOW)

    with pytest.raises(OutOfStock) as refusal:
        reserve([Want(variant.pk, 6)], holder=holder, until=SOON, now=NOW)

    assert refusal.value.fields["lines"] == [
        {"variant": public_id("var", variant.pk), "wanted": 6, "available": 5}
    ]
    assert stock_of(variant.pk) == (5, 0, 2)


def test_an_order_uses_up_what_its_checkout_held() -> None:
    variant = make_stocked(5)
    holder = cart()
    reserve([Want(variant.pk, 5)], holder=holder, until=SOON, now=NOW)

    parts = allocate(order(), [Want(variant.pk, 4)], from_holder=holder, now=NOW)

    assert [part.quantity for part in parts] == [4]
    assert stock_of(variant.pk) == (5, 4, 0)
    assert Reservation.objects.count() == 0
    assert faults() == []


def test_a_checkout_that_is_left_gives_its_goods_back() -> None:
    variant = make_stocked(5)
    holder = cart()
    reserve([Want(variant.pk, 5)], holder=holder, until=SOON, now=NOW)

    release_reservations([holder, cart()])

    assert stock_of(variant.pk) == (5, 0, 0)
    assert faults() == []


def test_shipping_takes_goods_off_the_shelf_in_as_many_parcels_as_needed() -> None:
    variant = make_stocked(5)
    mine = order()
    allocate(mine, [Want(variant.pk, 4)], now=NOW)

    ship(mine, [Want(variant.pk, 1)])
    assert stock_of(variant.pk) == (4, 3, 0)
    ship(mine)

    assert stock_of(variant.pk) == (1, 0, 0)
    assert promised([mine]) == {mine: []}
    kinds = Movement.objects.order_by("id").values_list("kind", "on_hand", "allocated")
    assert list(kinds) == [
        ("received", 5, 0),
        ("allocated", 0, 4),
        ("shipped", -1, -1),
        ("shipped", -3, -3),
    ]
    assert faults() == []


def test_no_more_is_shipped_than_was_promised() -> None:
    variant = make_stocked(5)
    mine = order()
    allocate(mine, [Want(variant.pk, 2)], now=NOW)

    with pytest.raises(NotAllocated):
        ship(mine, [Want(variant.pk, 3)])
    with pytest.raises(NotAllocated):
        release(mine, [Want(variant.pk, 3)])

    assert stock_of(variant.pk) == (5, 2, 0)


def test_what_an_order_gives_back_can_be_sold_again_once() -> None:
    variant = make_stocked(3)
    mine = order()
    allocate(mine, [Want(variant.pk, 3)], now=NOW)
    ship(mine, [Want(variant.pk, 1)])

    release(mine, reason="cancelled")
    release(mine, reason="cancelled")

    assert stock_of(variant.pk) == (2, 0, 0)
    assert Allocation.objects.values_list("quantity", "shipped", "released").get() == (3, 1, 2)
    assert faults() == []


def test_an_order_that_grows_is_promised_more() -> None:
    variant = make_stocked(5)
    mine = order()
    allocate(mine, [Want(variant.pk, 2)], now=NOW)

    allocate(mine, [Want(variant.pk, 3)], now=NOW)

    assert Allocation.objects.get().quantity == 5
    assert faults() == []


def test_goods_sold_ahead_stop_at_their_limit_and_ship_when_they_came() -> None:
    variant = make_stocked(2, out_of_stock="preorder", oversell_limit=3)
    mine = order()

    allocate(mine, [Want(variant.pk, 5)], now=NOW)

    with pytest.raises(OutOfStock):
        allocate(order(), [Want(variant.pk, 1)], now=NOW)
    with pytest.raises(NotOnHand):
        ship(mine)
    ship(mine, [Want(variant.pk, 2)])
    put(variant.pk, {places(1)[0]: 3})
    ship(mine)
    assert stock_of(variant.pk) == (0, 0, 0)
    assert availability([variant.pk], now=NOW)[variant.pk].sellable == 3
    assert faults() == []


def test_goods_that_never_had_stock_can_be_sold_ahead() -> None:
    ahead = make_stocked(out_of_stock="backorder", oversell_limit=2)
    refused = make_stocked()

    assert availability([ahead.pk, refused.pk])[ahead.pk].sellable == 2
    assert availability([ahead.pk, refused.pk])[refused.pk].sellable == 0
    allocate(order(), [Want(ahead.pk, 2)], now=NOW)
    with pytest.raises(OutOfStock):
        allocate(order(), [Want(ahead.pk, 1)], now=NOW)
    with pytest.raises(OutOfStock):
        allocate(order(), [Want(refused.pk, 1)], now=NOW)

    assert availability([ahead.pk])[ahead.pk].sellable == 0
    assert faults() == []


def test_an_order_comes_from_one_location_when_one_has_everything() -> None:
    first, second = places(2)
    shirt, shoes = make_stocked(1, 9), make_stocked(0, 9)

    parts = allocate(order(), [Want(shirt.pk, 1), Want(shoes.pk, 1)], now=NOW)

    assert {part.location_id for part in parts} == {second}
    only_first = allocate(order(), [Want(shirt.pk, 1)], now=NOW)
    assert {part.location_id for part in only_first} == {first}


def test_an_order_is_split_only_when_no_location_has_everything() -> None:
    first, second = places(2)
    shirt = make_stocked(2, 3)

    parts = allocate(order(), [Want(shirt.pk, 5)], now=NOW)

    assert {part.location_id: part.quantity for part in parts} == {first: 2, second: 3}
    assert faults() == []


def test_a_closed_location_sells_nothing() -> None:
    closed = make_location(is_active=False)
    variant = make_stocked(1)
    put(variant.pk, {closed.pk: 9})

    assert availability([variant.pk])[variant.pk].sellable == 1
    with pytest.raises(OutOfStock):
        allocate(order(), [Want(variant.pk, 2)], now=NOW)


def test_a_buyer_who_collects_is_served_by_the_chosen_shop_alone() -> None:
    _first, second = places(2)
    variant = make_stocked(5, 1)

    assert availability([variant.pk], locations=[second])[variant.pk].sellable == 1
    with pytest.raises(OutOfStock):
        allocate(order(), [Want(variant.pk, 2)], locations=[second], now=NOW)
    parts = allocate(order(), [Want(variant.pk, 1)], locations=[second], now=NOW)

    assert [part.location_id for part in parts] == [second]


def test_what_is_kept_back_is_not_sold() -> None:
    variant = make_stocked(5)
    set_levels(variant.pk, places(1)[0], safety=4, low_at=0, actor=ACTOR)

    with pytest.raises(OutOfStock):
        allocate(order(), [Want(variant.pk, 2)], now=NOW)

    assert availability([variant.pk])[variant.pk].sellable == 1


def test_staff_hear_once_that_little_is_left() -> None:
    variant = make_stocked(10)
    set_levels(variant.pk, places(1)[0], safety=0, low_at=5, actor=ACTOR)
    told = OutboxEvent.objects.filter(name="inventory.stock_ran_low")

    mine = order()
    allocate(mine, [Want(variant.pk, 4)], now=NOW)
    assert told.count() == 0
    allocate(mine, [Want(variant.pk, 1)], now=NOW)
    allocate(mine, [Want(variant.pk, 1)], now=NOW)

    assert told.count() == 1
    assert told.get().payload["items"][0]["left"] == 5
    release(mine)
    allocate(mine, [Want(variant.pk, 9)], now=NOW)
    assert told.count() == 2


def test_goods_that_break_leave_promises_that_cannot_be_kept() -> None:
    variant = make_stocked(5)
    mine = order()
    allocate(mine, [Want(variant.pk, 5)], now=NOW)

    adjust([StockLine(variant.pk, places(1)[0], -2)], reason="water damage", actor=ACTOR)

    assert availability([variant.pk])[variant.pk].sellable == 0
    with pytest.raises(NotOnHand):
        ship(mine)
    assert faults() == []


def test_a_batch_serves_in_order_and_refuses_whom_it_cannot_serve() -> None:
    variant = make_stocked(5)
    takes = [Take(order(), [Want(variant.pk, number)]) for number in (3, 3, 2)]

    outcomes = allocate_many(takes, now=NOW)

    assert [outcome.refusal is None for outcome in outcomes] == [True, False, True]
    assert outcomes[1].refusal is not None
    assert outcomes[1].refusal.code == "inventory.out_of_stock"
    assert stock_of(variant.pk) == (5, 5, 0)
    assert faults() == []


def test_a_refused_order_of_a_batch_keeps_its_reservation() -> None:
    variant = make_stocked(5)
    holder = cart()
    reserve([Want(variant.pk, 2)], holder=holder, until=SOON, now=NOW)

    outcomes = allocate_many(
        [Take(order(), [Want(variant.pk, 6)], from_holder=holder), Take(order(), [])], now=NOW
    )

    assert outcomes[0].refusal is not None
    assert stock_of(variant.pk) == (5, 0, 2)
    assert faults() == []


@pytest.mark.parametrize("quantity", [0, -1, MOST_QUANTITY + 1, 10**30, 1.5, True, "3"])
def test_a_quantity_that_nobody_can_mean_is_refused(quantity: object) -> None:
    variant = make_stocked(5)
    wants = [Want(variant.pk, quantity)]  # type: ignore[arg-type]

    with pytest.raises(InvalidQuantity):
        allocate(order(), wants, now=NOW)
    with pytest.raises(InvalidQuantity):
        reserve(wants, holder=cart(), until=SOON, now=NOW)

    assert stock_of(variant.pk) == (5, 0, 0)


def test_a_variant_that_does_not_exist_is_out_of_stock() -> None:
    unknown = UUID(int=7)

    with pytest.raises(OutOfStock):
        allocate(order(), [Want(unknown, 1)], now=NOW)

    assert availability([unknown])[unknown].sellable == 0
    assert StockItem.objects.count() == 0


@pytest.mark.parametrize("kind", ["virtual", "service"])
def test_what_is_not_kept_in_stock_is_never_short_and_takes_nothing(kind: str) -> None:
    variant, shelf = make_stocked(kind=kind), make_stocked(2)
    mine = order()
    wants = [Want(variant.pk, 900), Want(shelf.pk, 1)]

    assert availability([variant.pk])[variant.pk].sellable == MOST_QUANTITY
    reserve(wants, holder=cart(), until=SOON, now=NOW)
    parts = allocate(mine, wants, now=NOW)
    ship(mine, wants)

    assert [part.variant_id for part in parts] == [shelf.pk]
    assert not StockItem.objects.filter(variant_id=variant.pk).exists()
    assert faults() == []


def test_a_bundle_has_as_many_as_its_contents_make_up() -> None:
    bundle, empty = make_stocked(kind="bundle"), make_stocked(3, kind="bundle")
    tea, cup, card = make_stocked(7), make_stocked(3, 2), make_stocked(kind="virtual")
    for part, number in ((tea, 2), (cup, 1), (card, 1)):
        BundleItem.objects.create(product_id=bundle.product_id, variant=part, quantity=number)

    assert availability([bundle.pk])[bundle.pk].sellable == 3
    assert availability([empty.pk])[empty.pk].sellable == 3
    allocate(order(), [Want(cup.pk, 4)], now=NOW)

    found = availability([bundle.pk, tea.pk])
    assert (found[bundle.pk].sellable, found[bundle.pk].in_stock) == (1, 1)
    assert set(found) == {bundle.pk, tea.pk}


def test_products_can_be_had_while_any_variant_on_sale_can() -> None:
    bundle, tea, gone = make_stocked(kind="bundle"), make_stocked(1), make_stocked(0)
    hidden, card = make_stocked(5), make_stocked(kind="virtual")
    BundleItem.objects.create(product_id=bundle.product_id, variant=tea, quantity=1)
    Variant.objects.filter(pk=hidden.pk).update(status="archived")
    everything = [each.product_id for each in (tea, gone, hidden, card)]

    with CaptureQueriesContext(connection) as captured:
        found = sellable_products(everything)
    with_bundle = sellable_products([*everything, bundle.product_id])
    allocate(order(), [Want(tea.pk, 1)], now=NOW)

    assert len(captured) == 1
    assert set(found) == {tea.product_id, card.product_id}
    assert set(with_bundle) == {*found, bundle.product_id}
    assert not sellable_products([tea.product_id, bundle.product_id])


def test_what_there_is_of_many_variants_costs_one_query() -> None:
    variants = [make_stocked(3, 2).pk for _variant in range(12)]

    with CaptureQueriesContext(connection) as captured:
        found = availability(variants)

    assert len(captured) == 1
    assert {each.sellable for each in found.values()} == {5}


def test_an_order_reads_its_own_goods_and_not_all_there_are() -> None:
    asked = ["refuse", [uuid7()], None, None, ["cart"], [uuid7()]]
    name = settings.DATABASES["default"]["NAME"]

    # As somebody who may forbid to read whole tables, however few rows they have.
    with psycopg.connect(settings.STOA_TEST_DATABASE_ADMIN_URL, dbname=name) as admin:
        admin.execute(f"SET search_path = {current_tenant().schema}")
        admin.execute("SET enable_seqscan = off")
        with psycopg.ClientCursor(admin) as cursor:
            cursor.execute(f"EXPLAIN {_FOR_TAKING}", asked)
            plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "on inventory_stockitem" in plan
    assert "Seq Scan on inventory_stockitem" not in plan


def test_a_shop_that_goes_by_distance_serves_each_order_of_a_batch_from_what_is_nearest() -> None:
    variant = make_stocked()
    east = make_location("East", region_code="330106")
    south = make_location("South", region_code="440305", priority=1)
    put(variant.pk, {east.pk: 2, south.pk: 5})
    wants, regions = [Want(variant.pk, 1)], ("330106", "440106", "330212", "", "330106")

    with CaptureQueriesContext(connection) as by_use:
        before = allocate(order(), wants, near="330106", now=NOW)
    set_stock_policy(routing="nearest", actor=ACTOR)
    with CaptureQueriesContext(connection) as by_distance:
        allocate(order(), wants, near="440300", now=NOW)
    takes = [Take(order(), wants, near=region) for region in regions]
    outcomes = allocate_many(takes, now=NOW)

    assert before[0].location_id == south.pk
    served = [outcome.parts[0].location_id for outcome in outcomes if outcome.parts]
    assert served == [east.pk, south.pk, east.pk, south.pk, south.pk]
    assert len(by_distance) == len(by_use)
    assert faults() == []
