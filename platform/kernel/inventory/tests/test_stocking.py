"""Receive, adjust, count, transfer: what staff do, and what they may not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.test.utils import CaptureQueriesContext

from kernel.audit.models import AuditEntry
from kernel.common.ids import uuid7
from kernel.inventory.errors import (
    BelowZero,
    InvalidLocation,
    InvalidQuantity,
    LocationCodeTaken,
    Promised,
    TransferClosed,
    UnknownStock,
)
from kernel.inventory.models import CountLine, Location, Movement, StockItem, TransferLine
from kernel.inventory.selectors import availability, faults
from kernel.inventory.services import (
    Give,
    StockLine,
    Take,
    Want,
    adjust,
    allocate,
    allocate_many,
    change_location,
    count,
    create_location,
    default_location,
    receive,
    receive_transfer,
    release_many,
    reserve,
    reserve_many,
    send_transfer,
    ship_many,
    transfer,
)
from testkit.factories.inventory import ACTOR, make_stocked, places, stock_of

pytestmark = pytest.mark.usefixtures("in_tenant_a")

NOW = datetime(2024, 5, 20, 4, 0, tzinfo=UTC)


def test_a_shop_without_locations_gets_a_warehouse_at_its_first_need() -> None:
    assert Location.objects.count() == 0

    first = default_location()

    assert (first.code, default_location().pk) == ("main", first.pk)


def test_goods_that_come_in_are_on_hand_and_in_the_audit_log() -> None:
    variant = make_stocked()
    place = places(1)[0]

    receive(
        [StockLine(variant.pk, place, 3), StockLine(variant.pk, place, 4)],
        reason="delivery 7",
        reference=("delivery", uuid7()),
        actor=ACTOR,
    )

    assert stock_of(variant.pk) == (7, 0, 0)
    assert Movement.objects.values_list("kind", "on_hand", "reason").get() == (
        "received",
        7,
        "delivery 7",
    )
    entry = AuditEntry.objects.get(action="inventory.received")
    assert entry.after is not None
    assert entry.after["lines"][0]["quantity"] == 7


@pytest.mark.parametrize("quantity", [0, -3, 10**9])
def test_nothing_absurd_comes_in(quantity: int) -> None:
    variant = make_stocked(1)

    with pytest.raises(InvalidQuantity):
        receive([StockLine(variant.pk, places(1)[0], quantity)], actor=ACTOR)

    assert stock_of(variant.pk) == (1, 0, 0)


def test_what_is_received_must_exist() -> None:
    variant = make_stocked(1)

    with pytest.raises(UnknownStock):
        receive([StockLine(uuid7(), places(1)[0], 1)], actor=ACTOR)
    with pytest.raises(UnknownStock):
        receive([StockLine(variant.pk, uuid7(), 1)], actor=ACTOR)


def test_a_correction_never_leaves_less_than_nothing() -> None:
    variant, other = make_stocked(2), make_stocked(2)
    place = places(1)[0]

    with pytest.raises(BelowZero), transaction.atomic():
        adjust(
            [StockLine(other.pk, place, -1), StockLine(variant.pk, place, -3)],
            reason="broken",
            actor=ACTOR,
        )
    adjust([StockLine(variant.pk, place, -2)], reason="broken", actor=ACTOR)

    assert stock_of(variant.pk) == (0, 0, 0)
    assert stock_of(other.pk) == (2, 0, 0)
    assert faults() == []


def test_a_count_replaces_what_the_books_said_and_keeps_both_figures() -> None:
    short, right = make_stocked(5), make_stocked(2)
    allocate(("order", uuid7()), [Want(short.pk, 4)], now=NOW)

    sheet = count(places(1)[0], [Want(short.pk, 3), Want(right.pk, 2)], actor=ACTOR)

    assert stock_of(short.pk) == (3, 4, 0)
    assert availability([short.pk])[short.pk].sellable == 0
    lines = CountLine.objects.filter(count=sheet).order_by("-expected")
    assert list(lines.values_list("expected", "counted")) == [(5, 3), (2, 2)]
    moved = Movement.objects.filter(kind="counted").values_list("on_hand", flat=True)
    assert sorted(moved) == [-2, 0]
    assert faults() == []


def test_a_count_names_each_variant_once() -> None:
    variant = make_stocked(5)

    with pytest.raises(InvalidQuantity):
        count(places(1)[0], [Want(variant.pk, 1), Want(variant.pk, 2)], actor=ACTOR)
    with pytest.raises(InvalidQuantity):
        count(places(1)[0], [Want(variant.pk, -1)], actor=ACTOR)

    assert stock_of(variant.pk) == (5, 0, 0)


def test_goods_on_the_way_are_at_neither_location() -> None:
    source, destination = places(2)
    variant = make_stocked(5, 0)

    sent = send_transfer(
        [Want(variant.pk, 4)], source_id=source, destination_id=destination, actor=ACTOR
    )
    assert availability([variant.pk])[variant.pk].sellable == 1
    receive_transfer(sent.pk, arrived=[Want(variant.pk, 3)], now=NOW, actor=ACTOR)

    assert availability([variant.pk])[variant.pk].sellable == 4
    assert TransferLine.objects.values_list("quantity", "received").get() == (4, 3)
    with pytest.raises(TransferClosed):
        receive_transfer(sent.pk, now=NOW, actor=ACTOR)
    assert faults() == []


def test_promised_goods_stay_where_they_are() -> None:
    source, destination = places(2)
    variant = make_stocked(5, 0)
    allocate(("order", uuid7()), [Want(variant.pk, 2)], now=NOW)
    reserve([Want(variant.pk, 2)], holder=("cart", uuid7()), until=NOW + timedelta(1), now=NOW)

    with pytest.raises(Promised):
        transfer(
            [Want(variant.pk, 2)],
            source_id=source,
            destination_id=destination,
            now=NOW,
            actor=ACTOR,
        )

    assert stock_of(variant.pk) == (5, 2, 2)
    assert Movement.objects.filter(kind="transferred").count() == 0


def test_a_transfer_goes_somewhere_else_and_no_more_arrives_than_was_sent() -> None:
    source, destination = places(2)
    variant = make_stocked(5, 0)
    wants = [Want(variant.pk, 2)]

    with pytest.raises(UnknownStock):
        send_transfer(wants, source_id=source, destination_id=source, actor=ACTOR)
    sent = send_transfer(wants, source_id=source, destination_id=destination, actor=ACTOR)
    with pytest.raises(InvalidQuantity):
        receive_transfer(sent.pk, arrived=[Want(variant.pk, 3)], now=NOW, actor=ACTOR)
    with pytest.raises(UnknownStock):
        receive_transfer(sent.pk, arrived=[Want(uuid7(), 1)], now=NOW, actor=ACTOR)

    assert stock_of(variant.pk) == (3, 0, 0)


def test_locations_are_opened_and_changed_with_a_trace() -> None:
    place = create_location(code="north", name="North", priority=5, actor=ACTOR)

    changed = change_location(place.pk, name="North hall", is_active=False, actor=ACTOR)

    assert (changed.name, changed.is_active) == ("North hall", False)
    assert AuditEntry.objects.filter(action__startswith="inventory.location").count() == 2
    with pytest.raises(LocationCodeTaken):
        create_location(code="north", name="Other", actor=ACTOR)


@pytest.mark.parametrize(
    "particulars",
    [
        {"code": "North Hall"},
        {"code": ""},
        {"name": " "},
        {"name": "x" * 81},
        {"kind": "moon"},
        {"priority": -1},
        {"priority": 10**6},
        {"address": "\x00"},
    ],
)
def test_a_location_with_impossible_particulars_is_refused(particulars: dict[str, object]) -> None:
    usable: dict[str, object] = {"code": "north", "name": "North"}

    with pytest.raises(InvalidLocation):
        create_location(**(usable | particulars), actor=ACTOR)  # type: ignore[arg-type]

    assert Location.objects.count() == 0


def test_the_database_itself_refuses_figures_below_zero() -> None:
    variant = make_stocked(1)

    for figure in ("on_hand", "allocated", "reserved"):
        with pytest.raises(IntegrityError), transaction.atomic():
            StockItem.objects.filter(variant_id=variant.pk).update(**{figure: -1})


def test_the_history_cannot_be_rewritten() -> None:
    make_stocked(1)

    with pytest.raises(ProgrammingError), transaction.atomic():
        Movement.objects.update(on_hand=2)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Movement.objects.all().delete()


@pytest.mark.parametrize("verb", ["reserve", "allocate", "ship", "release"])
def test_a_hundred_orders_cost_as_many_statements_as_ten(verb: str) -> None:
    variants = [make_stocked(500, 500).pk for _variant in range(3)]

    def takes(number: int) -> list[Take]:
        wants = [Want(variant, 1) for variant in variants]
        return [
            Take(("order", uuid7()), wants, until=NOW + timedelta(minutes=5))
            for _order in range(number)
        ]

    def statements(number: int) -> int:
        asked = takes(number)
        if verb in {"ship", "release"}:
            allocate_many(asked, now=NOW)
        gives = [Give(take.owner) for take in asked]
        with CaptureQueriesContext(connection) as captured:
            match verb:
                case "reserve":
                    reserve_many(asked, now=NOW)
                case "allocate":
                    allocate_many(asked, now=NOW)
                case "ship":
                    ship_many(gives)
                case _:
                    release_many(gives)
        return len(captured)

    assert statements(100) == statements(10) <= 10
    # What is little goes in one message.
    assert statements(1) <= statements(10)
    assert faults() == []
