"""Carts that become one, and carts that are passed on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.cart.choices import DropReason
from kernel.cart.errors import LinkUnusable, NothingToShare
from kernel.cart.models import Cart, CartLine
from kernel.cart.services import (
    CartOwner,
    Wish,
    add,
    buy_now,
    merge,
    open_shared,
    pieces_in,
    read,
    select,
    share,
    take_shared,
)
from kernel.cart.services.merging import pour
from kernel.cart.values import MOST_LINES
from kernel.catalogue.models import Product
from kernel.common.ids import uuid7
from kernel.common.money import Money
from kernel.common.outbox.events import Envelope, subscriptions_of
from kernel.common.time import utc_now
from kernel.inventory.errors import OutOfStock
from kernel.inventory.models import Reservation
from kernel.inventory.services import Want, reserve
from kernel.pricing.services import NewPrice, set_base_prices
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.cart import filled, for_sale, make_member, stranger
from testkit.factories.catalogue import ACTOR
from testkit.factories.inventory import stock_of, together
from testkit.tenants import open_test_tenant

NOW = utc_now()


@pytest.fixture
def tenant(committing: None) -> TenantRef:
    return open_test_tenant()


@pytest.mark.usefixtures("in_tenant_a")
class TestMerging:
    def test_merging_sums_up_to_the_purchase_limit_and_says_what_was_dropped(self) -> None:
        owner, member = stranger(), make_member()
        mine = CartOwner(member_id=member.pk)
        limited, free = for_sale(max_per_order=5), for_sale()
        add(mine, Wish(limited.pk, 3), now=NOW)
        add(owner, Wish(limited.pk, 4), now=NOW)
        add(owner, Wish(free.pk, 2), now=NOW)

        dropped = merge(token=owner.token, member_id=member.pk, now=NOW)

        merged = {line.variant_id: line.quantity for line in read(mine, now=utc_now()).lines}
        assert merged == {limited.pk: 5, free.pk: 2}
        assert [(d.variant_id, d.quantity, d.reason) for d in dropped] == [
            (limited.pk, 2, DropReason.LIMIT)
        ]
        assert pieces_in(owner) == 0

    def test_a_second_sign_in_merges_nothing_again(self) -> None:
        owner, member = stranger(), make_member()
        filled(owner, 2)
        merge(token=owner.token, member_id=member.pk, now=NOW)

        assert merge(token=owner.token, member_id=member.pk, now=NOW) == []

        assert pieces_in(CartOwner(member_id=member.pk)) == 2

    def test_what_is_cut_off_leaves_a_quantity_that_is_sold(self) -> None:
        owner, member = stranger(), make_member()
        mine = CartOwner(member_id=member.pk)
        variant = for_sale(max_per_order=10, step=4)
        add(mine, Wish(variant.pk, 4), now=NOW)
        add(owner, Wish(variant.pk, 8), now=NOW)

        dropped = merge(token=owner.token, member_id=member.pk, now=NOW)

        assert pieces_in(mine) == 8
        assert [each.quantity for each in dropped] == [4]

    def test_a_merged_line_still_warns_of_a_price_that_rose(self) -> None:
        owner, member = stranger(), make_member()
        (variant,) = filled(owner, 1, price="10.00")
        set_base_prices([NewPrice(variant.pk, Money(1200, "CNY"))], actor=ACTOR)

        merge(token=owner.token, member_id=member.pk, now=utc_now())

        view = read(CartOwner(member_id=member.pk), now=utc_now())
        assert [notice.code.value for _line, notice in view.warnings] == ["price_raised"]

    def test_what_the_stranger_held_in_stock_is_let_go(self) -> None:
        owner, member = stranger(), make_member()
        (variant,) = filled(owner, 1)
        until = utc_now() + timedelta(minutes=5)
        holder = ("cart", Cart.objects.get().pk)
        reserve([Want(variant.pk, 1)], holder=holder, until=until)

        merge(token=owner.token, member_id=member.pk, now=NOW)

        assert Reservation.objects.count() == 0
        assert stock_of(variant.pk) == (100, 0, 0)

    def test_a_full_cart_takes_no_further_line_and_says_so(self) -> None:
        owner, member = stranger(), make_member()
        mine = CartOwner(member_id=member.pk)
        variant = for_sale(1000)
        for number in range(MOST_LINES):
            add(mine, Wish(variant.pk, 1, form={"number": number}), now=NOW)
        filled(owner, 3)

        dropped = merge(token=owner.token, member_id=member.pk, now=NOW)

        assert [(each.quantity, each.reason) for each in dropped] == [(3, DropReason.FULL)]
        assert pieces_in(mine) == MOST_LINES

    @given(
        mine=st.lists(st.integers(1, 6), max_size=3),
        theirs=st.lists(st.integers(1, 6), max_size=3),
        most=st.none() | st.integers(6, 9),
        step=st.sampled_from([1, 2, 3]),
    )
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    def test_nothing_is_lost_or_made_without_being_told(
        self, mine: list[int], theirs: list[int], most: int | None, step: int
    ) -> None:
        variant = for_sale()
        Product.objects.filter(pk=variant.product_id).update(max_per_order=most, step=step)
        source = Cart.objects.create(token_hash=uuid7().hex)
        target = Cart.objects.create(token_hash=uuid7().hex)
        for cart, quantities in ((target, mine), (source, theirs)):
            for number, quantity in enumerate(quantities):
                CartLine.objects.create(
                    cart=cart, variant=variant, choice_hash=str(number), quantity=quantity
                )
        lines = list(CartLine.objects.select_related("variant__product").filter(cart=source))

        dropped = pour(lines, target)

        kept = sum(CartLine.objects.filter(cart=target).values_list("quantity", flat=True))
        assert kept + sum(each.quantity for each in dropped) == sum(mine) + sum(theirs)
        assert most is None or kept <= max(most, sum(mine))
        assert all(each.quantity > 0 for each in dropped)


@dataclass(frozen=True)
class About:
    """What members tell of themselves."""

    member_id: UUID | None = None
    kept_id: UUID | None = None
    absorbed_id: UUID | None = None


def told(name: str, event: About) -> None:
    """Hand an event to the carts, twice, as an outbox may."""
    (listener,) = [each for each in subscriptions_of(name) if each.handler.startswith("cart.")]
    for _time in range(2):
        listener.function(event, Envelope(uuid7(), 1, name, "member", NOW))


@pytest.mark.usefixtures("in_tenant_a")
class TestMembers:
    def test_the_cart_of_a_member_who_goes_is_erased(self) -> None:
        member, other = make_member(), make_member()
        mine, theirs = CartOwner(member_id=member.pk), CartOwner(member_id=other.pk)
        (variant,) = filled(mine, 1)
        add(mine, Wish(variant.pk, 1, form={"to": "奶奶"}), now=NOW)
        buy_now(mine, Wish(variant.pk, 1), now=NOW)
        filled(theirs, 1)

        told("members.anonymised", About(member_id=member.pk))

        assert Cart.objects.values_list("member_id", flat=True).get() == other.pk
        assert CartLine.objects.count() == 1

    def test_two_accounts_that_become_one_keep_both_carts(self) -> None:
        kept, absorbed = make_member(), make_member()
        (variant,) = filled(CartOwner(member_id=absorbed.pk), 2)
        add(CartOwner(member_id=kept.pk), Wish(variant.pk, 1), now=NOW)

        told("members.merged", About(kept_id=kept.pk, absorbed_id=absorbed.pk))

        assert Cart.objects.count() == 1
        assert pieces_in(CartOwner(member_id=kept.pk)) == 3


@pytest.mark.usefixtures("in_tenant_a")
class TestSharing:
    def test_a_shared_cart_can_be_looked_at_and_taken_by_somebody_else(self) -> None:
        owner, friend = stranger(), stranger()
        limited = for_sale(max_per_order=3, price="4.00")
        add(owner, Wish(limited.pk, 3, options={"wrap": "red"}, form={"to": "奶奶"}), now=NOW)
        (later,) = filled(owner, 1)
        line = CartLine.objects.get(variant=later)
        select(owner, [line.pk], selected=False, now=NOW)
        add(friend, Wish(limited.pk, 2), now=NOW)

        link = share(owner)
        shown = open_shared(link, owner=friend, now=utc_now())
        dropped = take_shared(link, owner=friend, now=utc_now())

        assert [(s.wish.quantity, s.goods is not None) for s in shown] == [(3, True)]
        assert [each.quantity for each in dropped] == [2]
        lines = read(friend, now=utc_now()).lines
        assert [(each.quantity, dict(each.options), dict(each.form)) for each in lines] == [
            (2, {}, {}),
            (1, {"wrap": "red"}, {}),
        ]

    def test_what_is_no_longer_sold_is_named_when_a_link_is_opened(self) -> None:
        owner, friend = stranger(), stranger()
        (variant,) = filled(owner, 1)
        link = share(owner)
        Product.objects.filter(pk=variant.product_id).update(status="archived")

        dropped = take_shared(link, owner=friend, now=utc_now())

        assert [each.reason for each in dropped] == [DropReason.NOT_ON_SALE]
        assert pieces_in(friend) == 0

    def test_an_empty_cart_has_nothing_to_share(self) -> None:
        with pytest.raises(NothingToShare):
            share(stranger())

    @pytest.mark.parametrize("change", ["", "x", "cut", "long"])
    def test_a_forged_link_is_refused(self, change: str) -> None:
        owner = stranger()
        filled(owner, 1)
        link = share(owner)
        forged = {"": "", "x": f"x{link}", "cut": link[:-2], "long": link * 200}[change]

        with pytest.raises(LinkUnusable):
            open_shared(forged, owner=owner, now=NOW)


def test_a_link_opens_in_its_own_shop_only(tenant_a: TenantRef, tenant_b: TenantRef) -> None:
    with tenant_context(tenant_a):
        owner = stranger()
        filled(owner, 1)
        link = share(owner)

    with tenant_context(tenant_b), pytest.raises(LinkUnusable):
        open_shared(link, owner=stranger(), now=NOW)


def test_the_token_of_a_cart_opens_nothing_in_another_shop(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    owner = stranger()
    with tenant_context(tenant_a):
        filled(owner, 2)

    with tenant_context(tenant_b):
        assert pieces_in(owner) == 0
        add(owner, Wish(for_sale().pk, 1), now=NOW)
    with tenant_context(tenant_a):
        assert pieces_in(owner) == 2


def test_taps_together_make_one_line_with_all_pieces(tenant: TenantRef) -> None:
    with tenant_context(tenant):
        owner, variant = stranger(), for_sale(20)

        def tap() -> bool:
            try:
                add(owner, Wish(variant.pk, 1), now=utc_now())
            except OutOfStock:
                return False
            return True

        done = together([tap] * 32, threads=8)

        assert sum(done) == 20
        assert CartLine.objects.values_list("quantity", flat=True).get() == 20


def test_two_devices_that_sign_in_together_lose_nothing(tenant: TenantRef) -> None:
    with tenant_context(tenant):
        member = make_member()
        devices = [stranger() for _device in range(6)]
        variant = for_sale()
        for device in devices:
            add(device, Wish(variant.pk, 2), now=NOW)
        works: list[Any] = [
            partial(merge, token=device.token, member_id=member.pk, now=utc_now())
            for device in (*devices, *devices)
        ]

        together(works, threads=8)

        assert pieces_in(CartOwner(member_id=member.pk)) == 12
        assert Cart.objects.count() == 1
        assert buy_now(CartOwner(member_id=member.pk), Wish(variant.pk, 1), now=NOW).quantity == 1
