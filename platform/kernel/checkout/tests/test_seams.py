"""Modules join checkout by what their manifest names, and only where they are on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.checkout.baskets import Choices, Item, Placement
from kernel.checkout.placing import place_many, place_one
from kernel.checkout.quoting import quote_basket
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.inventory.services import availability
from kernel.modules.manifest import InvalidManifest, OrderHook, PriceStep
from kernel.orders.models import Adjustment, OrderLine, OrderTag
from kernel.settings.models import Setting
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import TESTER, make_basket, make_placement, make_variant, pay
from testkit.modules import carrying

NOW = utc_now()


@pytest.fixture
def shop(tenant_a: TenantRef) -> Iterator[TenantRef]:
    """A shop with the sale on, and five places in it."""
    with carrying("kernel.checkout.tests.sale.manifest:manifest"):
        tenant = replace(tenant_a, modules=frozenset({"sale"}))
        with tenant_context(tenant):
            Setting.objects.create(module="sale", key="places", value=5)
            yield tenant


def in_sale(variant_id: object, quantity: int, *, coupon: bool = False) -> Placement:
    basket = make_basket()
    item = Item(variant_id, quantity, campaign="sale")  # type: ignore[arg-type]
    choices = Choices(inputs={"sale": True} if coupon else {})
    return make_placement_of(replace(basket, items=[item], choices=choices))


def make_placement_of(basket: object) -> Placement:
    return replace(make_placement(), basket=basket)  # type: ignore[arg-type]


def places_left() -> int:
    return int(Setting.objects.get(module="sale", key="places").value)


def test_steps_run_in_their_order_and_the_line_tells_why(shop: TenantRef) -> None:
    tea = make_variant(minor=1000)

    group = place_one(in_sale(tea.pk, 3, coupon=True), actor=TESTER, now=NOW)

    [line] = OrderLine.objects.all()
    [coupon] = Adjustment.objects.all()
    assert (line.unit_minor, line.discount_minor, group.total_minor) == (500, 100, 1400)
    assert [step["source"] for step in line.snapshot["price"]] == ["price.base", "sale"]
    assert (coupon.source, coupon.minor, coupon.line_id) == ("sale.coupon", -100, line.pk)
    assert places_left() == 2


def test_a_quote_asks_guards_and_prices_and_holds_nothing(shop: TenantRef) -> None:
    tea = make_variant(minor=1000)

    quote = quote_basket(in_sale(tea.pk, 2).basket, now=NOW)
    refused = quote_basket(in_sale(tea.pk, 4).basket, now=NOW)

    assert quote.total == Money(1000, "CNY")
    assert [refusal.code for refusal in refused.refusals] == ["sale.too_many"]
    assert places_left() == 5


def test_a_batch_holds_for_whoever_comes_first_and_the_rest_leaves_no_trace(
    shop: TenantRef,
) -> None:
    tea, gone = make_variant(stock=10), make_variant(stock=0)
    batch = [in_sale(gone.pk, 3), in_sale(tea.pk, 3), in_sale(tea.pk, 3), in_sale(tea.pk, 2)]

    outcomes = place_many(batch, actor=TESTER, now=NOW)

    codes = [getattr(outcome.refusal, "code", "") for outcome in outcomes]
    assert codes == ["inventory.out_of_stock", "", "checkout.refused", ""]
    assert places_left() == 0
    assert availability([tea.pk])[tea.pk].allocated == 5


def test_a_hook_hears_of_the_orders_that_were_paid(shop: TenantRef) -> None:
    group = place_one(in_sale(make_variant().pk, 1), actor=TESTER, now=NOW)

    pay(group)

    assert OrderTag.objects.filter(name="sale").count() == 1


def test_a_module_that_is_off_does_nothing(shop: TenantRef) -> None:
    with tenant_context(replace(shop, modules=frozenset())):
        group = place_one(in_sale(make_variant(minor=1000).pk, 4), actor=TESTER, now=NOW)
        pay(group)

        assert group.total_minor == 4000
        assert places_left() == 5
        assert not OrderTag.objects.exists()


@pytest.mark.usefixtures("in_tenant_a")
def test_a_batch_asks_no_more_often_the_larger_it_is_and_one_order_less_often() -> None:
    tea = make_variant(stock=1000)

    def statements(count: int) -> int:
        batch = [make_placement((tea.pk, 1)) for _order in range(count)]
        with CaptureQueriesContext(connection) as queries:
            place_many(batch, actor=TESTER, now=NOW)
        return len(queries)

    statements(1)
    # What is little goes in one message, and many rows a table at a time.
    assert statements(1) <= 14
    assert statements(20) == statements(200) <= 23


def test_seams_that_cannot_be_used_are_refused_at_once() -> None:
    from kernel.checkout.tests.sale.manifest import manifest

    for wrong in (
        {"price_steps": (PriceStep("early", "a:b", order=10),)},
        {"order_hooks": (OrderHook("sometimes", "a:b"),)},
    ):
        with pytest.raises(InvalidManifest):
            replace(manifest, **wrong)
