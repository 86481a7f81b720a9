"""Placing: what it writes, what it refuses, and that it happens once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kernel.checkout.baskets import Placement
from kernel.checkout.errors import PlacementRefused, TotalChanged
from kernel.checkout.placing import place_many, place_one
from kernel.checkout.quoting import quote_basket
from kernel.common.ids import uuid7
from kernel.common.money import Money
from kernel.common.outbox.models import OutboxEvent
from kernel.common.time import utc_now
from kernel.inventory.errors import OutOfStock
from kernel.inventory.services import availability
from kernel.orders.models import Adjustment, Order, OrderGroup, OrderLine
from kernel.orders.timeline import verify
from kernel.tenancy.context import TenantRef
from testkit.factories.orders import (
    TESTER,
    make_basket,
    make_member,
    make_placement,
    make_variant,
    orders_in,
)
from testkit.factories.shipping import make_way

NOW = utc_now()

pytestmark = pytest.mark.usefixtures("in_tenant_a")


@pytest.mark.parametrize("count", [1, 20])
def test_what_a_buyer_writes_is_kept_as_it_is_whichever_way_it_is_sent(count: int) -> None:
    note = "a\tb\nc\\d\\n; DROP 'x' \"%s\" %(y)s \\N 好"
    tea = make_variant(stock=100)
    basket = make_basket((tea.pk, 1))
    awkward = replace(
        basket,
        choices=replace(basket.choices, note=note),
        address={**basket.address, "line": note},
    )

    placed = place_many(
        [Placement(awkward, f"key-{number}", None) for number in range(count)],
        actor=TESTER,
        now=NOW,
    )

    kept = list(Order.objects.values_list("note", "address__line"))
    assert (len(placed), kept) == (count, [(note, note)] * count)


def test_a_placed_order_keeps_what_was_bought_and_what_it_cost() -> None:
    make_way(minor=800)
    member, tea = make_member(), make_variant(minor=1250)

    group = place_one(
        make_placement((tea.pk, 3), member_id=member.pk, expected=4550), actor=TESTER, now=NOW
    )

    [order] = orders_in(group)
    [line] = OrderLine.objects.filter(order=order)
    [freight] = Adjustment.objects.filter(order=order)
    assert (group.total_minor, group.member_id, group.number) == (4550, member.pk, order.number)
    assert (order.items_minor, order.freight_minor, order.total_minor) == (3750, 800, 4550)
    assert (order.status, order.payment_status) == ("placed", "unpaid")
    assert order.fulfilment_status == "unfulfilled"
    assert (line.quantity, line.unit_minor, line.total_minor) == (3, 1250, 3750)
    assert line.snapshot["sku"] == tea.sku
    assert (freight.minor, freight.source) == (800, "shipping.post")
    assert order.address["line"] == "淮海中路 1 号"
    assert list(verify()) == []
    assert availability([tea.pk])[tea.pk].allocated == 3
    assert OutboxEvent.objects.filter(name="orders.order_placed").count() == 1


def test_the_same_key_places_once() -> None:
    member, tea = make_member(), make_variant()
    placement = make_placement((tea.pk, 1), member_id=member.pk)

    first = place_one(placement, actor=TESTER, now=NOW)
    again = place_one(placement, actor=TESTER, now=NOW)

    assert again == first
    assert Order.objects.count() == 1
    assert availability([tea.pk])[tea.pk].allocated == 1


def test_the_same_key_is_another_order_for_somebody_else() -> None:
    tea = make_variant()

    groups = [
        place_one(
            make_placement((tea.pk, 1), member_id=make_member().pk, key="same"),
            actor=TESTER,
            now=NOW,
        )
        for _member in range(2)
    ]

    assert groups[0] != groups[1]


def test_another_total_than_expected_is_refused_with_the_new_one() -> None:
    tea = make_variant(minor=1000)

    with pytest.raises(TotalChanged) as caught:
        place_one(make_placement((tea.pk, 1), expected=999), actor=TESTER, now=NOW)

    assert caught.value.fields == {"total": "10.00", "expected": "9.99", "currency": "CNY"}
    assert not OrderGroup.objects.exists()
    assert availability([tea.pk])[tea.pk].allocated == 0


def test_too_little_stock_places_nothing() -> None:
    tea, cup = make_variant(stock=2), make_variant(stock=5)

    with pytest.raises(OutOfStock):
        place_one(make_placement((cup.pk, 1), (tea.pk, 3)), actor=TESTER, now=NOW)

    assert not OrderGroup.objects.exists()
    assert availability([cup.pk])[cup.pk].allocated == 0


def test_goods_of_three_sellers_are_paid_once_and_are_three_orders() -> None:
    goods = [make_variant(minor=minor, seller_id=uuid7()) for minor in (100, 200, 300)]

    group = place_one(make_placement(*((v.pk, 1) for v in goods)), actor=TESTER, now=NOW)

    orders = orders_in(group)
    assert [order.total_minor for order in orders] == [100, 200, 300]
    assert [order.number for order in orders] == [f"{group.number}-{n}" for n in (1, 2, 3)]
    assert group.total_minor == 600


def test_when_one_sellers_goods_are_gone_nothing_of_the_others_is_taken() -> None:
    here, gone = make_variant(seller_id=uuid7()), make_variant(stock=0, seller_id=uuid7())
    alone = make_placement((here.pk, 1))

    refused, placed = place_many(
        [make_placement((here.pk, 1), (gone.pk, 1)), alone], actor=TESTER, now=NOW
    )

    assert isinstance(refused.refusal, OutOfStock)
    assert placed.group_id is not None
    assert availability([here.pk])[here.pk].allocated == 1


def test_what_a_refused_basket_gave_back_is_there_for_the_next() -> None:
    last, gone = make_variant(stock=1, seller_id=uuid7()), make_variant(stock=0, seller_id=uuid7())
    batch = [make_placement((last.pk, 1), (gone.pk, 1)), make_placement((last.pk, 1))]

    refused, placed = place_many(batch, actor=TESTER, now=NOW)

    assert isinstance(refused.refusal, OutOfStock)
    assert placed.refusal is None


def test_a_refused_placement_of_a_batch_does_not_touch_the_others() -> None:
    tea = make_variant(stock=2)
    same = make_placement((tea.pk, 1))

    outcomes = place_many(
        [same, make_placement((tea.pk, 2)), make_placement((uuid7(), 1)), same],
        actor=TESTER,
        now=NOW,
    )

    assert [type(o.refusal) for o in outcomes] == [
        type(None),
        OutOfStock,
        PlacementRefused,
        type(None),
    ]
    assert (outcomes[3].group_id, outcomes[3].is_new) == (outcomes[0].group_id, False)
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("limits", "quantity", "code"),
    [
        ({"max_per_order": 2}, 3, "checkout.above_maximum"),
        ({"min_per_order": 2}, 1, "checkout.below_minimum"),
        ({"step": 2}, 3, "checkout.off_step"),
        ({"max_per_member": 2}, 3, "checkout.above_member_limit"),
        ({"status": "draft"}, 1, "checkout.not_on_sale"),
        ({}, 0, "checkout.invalid_quantity"),
        ({}, -1, "checkout.invalid_quantity"),
        ({}, 10**12, "checkout.invalid_quantity"),
    ],
)
def test_a_quote_names_the_reason_and_placing_refuses_for_the_same(
    limits: dict[str, object], quantity: int, code: str
) -> None:
    member = make_member()
    tea = make_variant(**limits)  # type: ignore[arg-type]
    placement = make_placement((tea.pk, quantity), member_id=member.pk)

    quote = quote_basket(placement.basket, now=NOW)
    with pytest.raises(PlacementRefused) as caught:
        place_one(placement, actor=TESTER, now=NOW)

    assert [refusal.code for refusal in quote.refusals] == [code]
    assert [each["code"] for each in caught.value.fields["refusals"]] == [code]  # type: ignore[attr-defined]
    assert not Order.objects.exists()


def test_a_members_limit_counts_what_he_has_bought() -> None:
    member, tea = make_member(), make_variant(max_per_member=3)
    wanted = [make_placement((tea.pk, 2), member_id=member.pk) for _order in range(2)]

    first, second = place_many(wanted, actor=TESTER, now=NOW)

    assert first.refusal is None
    assert second.refusal is not None


def test_a_quote_changes_nothing_and_tells_what_is_short() -> None:
    make_way(minor=800, free_from_minor=5000)
    tea = make_variant(minor=1000, stock=3)

    small, large = (quote_basket(make_basket((tea.pk, quantity)), now=NOW) for quantity in (1, 5))

    assert (small.total, small.freight) == (Money(1800, "CNY"), Money(800, "CNY"))
    assert (large.total, large.freight) == (Money(5000, "CNY"), Money(0, "CNY"))
    assert [(r.code, r.fields["available"]) for r in large.refusals] == [
        ("inventory.out_of_stock", 3)
    ]
    assert not Order.objects.exists()


def test_freight_by_pieces_counts_pieces() -> None:
    make_way(minor=600, piece_minor=150)
    tea, cup = make_variant(minor=1000), make_variant(minor=500)

    quote = quote_basket(make_basket((tea.pk, 2), (cup.pk, 2)), now=NOW)

    assert quote.freight == Money(600 + 3 * 150, "CNY")


def test_what_is_brought_somewhere_needs_to_know_where() -> None:
    tea = make_variant()

    quote = quote_basket(make_basket((tea.pk, 1), address={"name": "王"}), now=NOW)

    assert [(r.code, r.fields["missing"]) for r in quote.refusals] == [
        ("checkout.address_missing", ["phone", "line"])
    ]


def test_what_costs_nothing_is_paid_at_once() -> None:
    gift = make_variant(minor=0)

    group = place_one(make_placement((gift.pk, 1)), actor=TESTER, now=NOW)

    [order] = orders_in(group)
    assert (order.payment_status, group.expires_at) == ("paid", None)
    assert OutboxEvent.objects.filter(name="orders.order_paid").count() == 1


def test_a_note_with_tabs_and_backslashes_is_kept_as_written(in_tenant_a: TenantRef) -> None:
    tea = make_variant()
    basket = make_basket((tea.pk, 1), address={**make_basket().address, "line": "a\tb\\n\n1号"})
    placement = make_placement((tea.pk, 1))
    placement = type(placement)(basket, placement.key, None)

    group = place_one(placement, actor=TESTER, now=NOW)

    assert orders_in(group)[0].address["line"] == "a\tb\\n\n1号"
