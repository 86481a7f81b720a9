"""Handing over: in parts, by code, by key, by spreadsheet; never twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from pytest_django import Settings

from kernel.audit.actor import Actor
from kernel.common.outbox.models import OutboxEvent
from kernel.common.secrets.local_ring import write_new_key
from kernel.common.secrets.services import default_sealer
from kernel.common.time import utc_now
from kernel.fulfilment.errors import (
    FulfilmentFixed,
    InvalidKeys,
    InvalidShipment,
    PickupCodeUnknown,
    PickupCodeUsed,
    QuantityNotOpen,
)
from kernel.fulfilment.models import CardKey, Fulfilment
from kernel.fulfilment.services import (
    Parcel,
    Proof,
    ShipmentRow,
    add_keys,
    change_shipment,
    code_of,
    deliver_waiting,
    fulfil,
    hand_over,
    keys_left,
    keys_of,
    receive_fulfilment,
    receive_order,
    ship_rows,
)
from kernel.inventory.services import availability
from kernel.media.models import Asset
from kernel.media.services import room_taken
from kernel.members.services.erasing import anonymise
from kernel.orders.errors import TransitionRefused
from kernel.orders.models import Order, OrderLine
from kernel.orders.services.lifecycle import complete_orders
from kernel.orders.timeline import verify
from testkit.factories.orders import TESTER, make_member, make_variant, orders_in, pay, place
from testkit.factories.reviews import make_photo
from testkit.factories.shipping import make_way

NOW = utc_now()
STAFF = Actor("staff", "stf_1", "李文")

pytestmark = pytest.mark.usefixtures("in_tenant_a")


def paid_order(*items: tuple[object, int], **told: Any) -> Order:
    group = place(*items, **told)  # type: ignore[arg-type]
    pay(group)
    return orders_in(group)[0]


def only_line(order: Order) -> OrderLine:
    return OrderLine.objects.get(order=order)


@pytest.fixture
def root_key(tmp_path: Path, settings: Settings) -> Iterator[None]:
    settings.STOA_KMS_KEY = ""
    settings.STOA_SECRETS_KEYS_DIR = str(tmp_path)
    write_new_key(tmp_path, now=datetime(2030, 1, 1, tzinfo=UTC))
    default_sealer.cache_clear()
    yield
    default_sealer.cache_clear()


def test_shipping_a_part_leaves_a_partial_order_and_the_rest_promised() -> None:
    tea = make_variant(stock=10)
    order = paid_order((tea.pk, 5))

    fulfil(Parcel(order.pk, {only_line(order).pk: 2}, "SF", "SF1"), actor=STAFF, now=NOW)

    stock = availability([tea.pk])[tea.pk]
    assert (stock.on_hand, stock.allocated) == (8, 3)
    assert Order.objects.get(pk=order.pk).fulfilment_status == "partial"
    assert only_line(order).open_quantity == 3
    assert OutboxEvent.objects.filter(name="orders.order_shipped").count() == 1


def test_two_parcels_complete_an_order_and_receiving_delivers_it() -> None:
    order = paid_order((make_variant().pk, 5))
    line = only_line(order)

    first = fulfil(Parcel(order.pk, {line.pk: 2}, "SF", "SF1"), actor=STAFF, now=NOW)
    fulfil(Parcel(order.pk, carrier="SF", tracking="SF2"), actor=STAFF, now=NOW)
    receive_fulfilment(first.pk, proof=Proof("王"), actor=STAFF, now=NOW)
    half = Order.objects.get(pk=order.pk).fulfilment_status
    receive_order(order.pk, actor=TESTER, now=NOW)

    assert half == "fulfilled"
    assert Order.objects.get(pk=order.pk).fulfilment_status == "delivered"
    assert set(Fulfilment.objects.values_list("state", flat=True)) == {"delivered"}
    assert OutboxEvent.objects.filter(name="orders.order_delivered").count() == 1
    assert list(verify()) == []


def test_a_proof_of_delivery_goes_with_who_goes_once_his_order_is_over(
    django_capture_on_commit_callbacks: Any,
) -> None:
    member, photo = make_member(), make_photo(60, 40)
    over, under_way = (paid_order((make_variant().pk, 1), member_id=member.pk) for _n in "ab")
    proof = Proof("王", [photo, photo])
    for order in (over, under_way):
        parcel = fulfil(Parcel(order.pk), actor=STAFF, now=NOW)
        receive_fulfilment(parcel.pk, proof=proof, actor=STAFF, now=NOW)
        receive_fulfilment(parcel.pk, proof=proof, actor=STAFF, now=NOW)
    files = list(Fulfilment.objects.get(order=over).proof["pictures"][0].values())
    complete_orders([over.pk], actor=TESTER, now=NOW)

    anonymise(member.pk, actor=TESTER, reason="asked", now=NOW)

    waits = Fulfilment.objects.get(order=under_way).proof
    assert Fulfilment.objects.get(order=over).proof == {}
    assert (waits["name"], len(waits["pictures"]), Asset.objects.count()) == ("王", 1, 1)
    with django_capture_on_commit_callbacks(execute=True):
        complete_orders([under_way.pk], actor=TESTER, now=NOW)
    assert Fulfilment.objects.get(order=under_way).proof == {}
    assert (Asset.objects.count(), room_taken()) == (0, 0)
    assert not any(default_storage.exists(name) for name in files)


@pytest.mark.parametrize("quantity", [0, -1, 6, 10**9])
def test_more_than_is_open_does_not_leave(quantity: int) -> None:
    tea = make_variant(stock=10)
    order = paid_order((tea.pk, 5))

    with pytest.raises(QuantityNotOpen):
        fulfil(Parcel(order.pk, {only_line(order).pk: quantity}), actor=STAFF, now=NOW)

    assert availability([tea.pk])[tea.pk].on_hand == 10
    assert not Fulfilment.objects.exists()


def test_anothers_line_does_not_leave_with_this_order() -> None:
    order, other = paid_order((make_variant().pk, 1)), paid_order((make_variant().pk, 1))

    with pytest.raises(InvalidShipment):
        fulfil(Parcel(order.pk, {only_line(other).pk: 1}), actor=STAFF, now=NOW)


def test_what_is_not_paid_does_not_leave() -> None:
    [order] = orders_in(place((make_variant().pk, 1)))

    with pytest.raises(TransitionRefused) as caught:
        fulfil(Parcel(order.pk), actor=STAFF, now=NOW)

    assert caught.value.fields["guard"] == "money_is_certain"


def test_a_carrier_is_corrected_within_its_window_only() -> None:
    order = paid_order((make_variant().pk, 1))
    parcel = fulfil(Parcel(order.pk, carrier="SF", tracking="1"), actor=STAFF, now=NOW)

    change_shipment(parcel.pk, carrier="YTO", tracking="2", actor=STAFF, now=NOW)
    with pytest.raises(FulfilmentFixed):
        change_shipment(
            parcel.pk, carrier="ZTO", tracking="3", actor=STAFF, now=NOW + timedelta(days=2)
        )

    assert Fulfilment.objects.get(pk=parcel.pk).carrier == "YTO"


def pickup_order() -> Order:
    make_way("shop", method="pickup")
    return paid_order((make_variant().pk, 2))


def test_a_pickup_code_hands_everything_over_once() -> None:
    order = pickup_order()
    code = code_of(order.pk)
    assert code is not None

    hand_over(f"{code.code[:4]} {code.code[4:]}", actor=STAFF, now=NOW)
    with pytest.raises(PickupCodeUsed):
        hand_over(code.code, actor=STAFF, now=NOW)

    assert Order.objects.get(pk=order.pk).fulfilment_status == "delivered"
    assert Fulfilment.objects.count() == 1


@pytest.mark.parametrize("code", ["", "abc", "00000000", "1" * 500, "\x00"])
def test_an_unknown_code_hands_nothing_over(code: str) -> None:
    with pytest.raises(PickupCodeUnknown):
        hand_over(code, actor=STAFF, now=NOW)


@pytest.mark.usefixtures("root_key")
def test_keys_are_delivered_on_payment_and_are_nowhere_in_the_clear() -> None:
    game = make_variant(kind="card_key", stock=0)
    added = add_keys(game.pk, ["AAA-1", "BBB-2", "AAA-1", "CCC-3"], actor=STAFF, now=NOW)
    again = add_keys(game.pk, ["AAA-1"], actor=STAFF, now=NOW)

    order = paid_order((game.pk, 2))

    assert (added, again) == (3, 0)
    assert Order.objects.get(pk=order.pk).fulfilment_status == "delivered"
    assert keys_of(order.pk) == {only_line(order).pk: ["AAA-1", "BBB-2"]}
    assert keys_left(game.pk) == 1
    assert availability([game.pk])[game.pk].on_hand == 1
    assert all(b"AAA" not in bytes(key.sealed) for key in CardKey.objects.all())


@pytest.mark.usefixtures("root_key")
def test_a_payment_is_taken_when_keys_have_run_out_and_they_follow() -> None:
    game = make_variant(kind="card_key", stock=2)
    order = paid_order((game.pk, 2))
    waiting = Order.objects.get(pk=order.pk)

    add_keys(game.pk, ["AAA-1", "BBB-2"], actor=STAFF, now=NOW)
    delivered = deliver_waiting(NOW)

    assert (waiting.payment_status, waiting.fulfilment_status) == ("paid", "unfulfilled")
    assert (delivered, deliver_waiting(NOW)) == (1, 0)
    assert Order.objects.get(pk=order.pk).fulfilment_status == "delivered"


@pytest.mark.usefixtures("root_key")
@pytest.mark.parametrize("keys", [[], [""], ["x" * 501]])
def test_keys_that_are_none_are_refused(keys: list[str]) -> None:
    game = make_variant(kind="card_key", stock=0)

    with pytest.raises(InvalidKeys):
        add_keys(game.pk, keys, actor=STAFF, now=NOW)


def test_goods_with_and_without_a_parcel_are_two_orders() -> None:
    group = place((make_variant().pk, 1), (make_variant(kind="virtual").pk, 1))

    pay(group)

    assert [(o.method, o.fulfilment_status) for o in orders_in(group)] == [
        ("express", "unfulfilled"),
        ("digital", "delivered"),
    ]


def test_a_spreadsheet_ships_the_good_rows_and_names_each_bad_one() -> None:
    tea = make_variant(stock=50)
    good, split = paid_order((tea.pk, 1)), paid_order((tea.pk, 4))
    [unpaid] = orders_in(place((tea.pk, 1)))
    rows = [
        ShipmentRow(good.number, "SF", "S1"),
        ShipmentRow("NO-SUCH", "SF", "S2"),
        ShipmentRow(unpaid.number, "SF", "S3"),
        ShipmentRow(split.number, "SF", "S4", tea.sku, "3"),
        ShipmentRow(split.number, "SF", "S5", tea.sku, "3"),
        ShipmentRow(split.number, "SF", "S6", "OTHER", "1"),
        ShipmentRow(split.number, "SF", "S7", tea.sku, "-1"),
        ShipmentRow(good.number, "", "S8"),
        ShipmentRow(split.number, "SF", "S9", tea.sku, "1"),
    ]

    report = ship_rows(rows, actor=STAFF, now=NOW)

    assert report.shipped == 3
    assert [(fault.row, fault.code) for fault in report.faults] == [
        (2, "orders.not_found"),
        (3, "orders.transition_refused"),
        (5, "fulfilment.quantity_not_open"),
        (6, "fulfilment.invalid"),
        (7, "fulfilment.invalid"),
        (8, "fulfilment.invalid"),
    ]
    assert availability([tea.pk])[tea.pk].on_hand == 50 - 5
    assert Order.objects.get(pk=split.pk).fulfilment_status == "fulfilled"


@pytest.mark.parametrize("rows", [40, pytest.param(1000, marks=pytest.mark.soak)])
def test_a_long_spreadsheet_names_every_bad_row_and_ships_the_rest(rows: int) -> None:
    tea = make_variant(stock=rows)
    orders = [paid_order((tea.pk, 1)) for _row in range(rows)]
    bad = set(range(7, rows + 1, 10))
    sheet = [
        ShipmentRow("NO-SUCH" if number in bad else order.number, "SF", f"S{number}")
        for number, order in enumerate(orders, start=1)
    ]

    report = ship_rows(sheet, actor=STAFF, now=NOW)

    assert report.shipped == rows - len(bad)
    assert {fault.row for fault in report.faults} == bad
    assert {fault.code for fault in report.faults} == {"orders.not_found"}
    assert availability([tea.pk])[tea.pk].on_hand == len(bad)
