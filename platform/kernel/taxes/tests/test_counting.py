"""Taxes in quotes and orders."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.checkout.placing import place_one
from kernel.checkout.quoting import Quote, quote_basket
from kernel.common.money import LARGEST_MINOR
from kernel.common.time import utc_now
from kernel.orders.models import Order, OrderLine
from kernel.orders.selectors import detail_of
from kernel.orders.services.edits import apply_change, propose_change
from kernel.orders.taxes import RateShare, put_on_minor, shares_of_all, taxes_of
from kernel.orders.timeline import verify
from kernel.taxes.book import current_book
from kernel.taxes.choices import ExemptionState
from kernel.taxes.errors import ExemptionDecided, InvalidTax, TaxClassInUse, TaxZonesOverlap
from kernel.taxes.selectors import tax_zones
from kernel.taxes.services import (
    Policy,
    ask,
    decide,
    delete_class,
    give,
    save_class,
    set_policy,
)
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import (
    ADDRESS,
    TESTER,
    make_basket,
    make_member,
    make_placement,
    make_variant,
)
from testkit.factories.shipping import make_way
from testkit.factories.taxes import ACTOR, tax_zone, taxed

NOW = utc_now()
HERE = {**ADDRESS, "country": "CN"}
THIRTEEN = {"standard": [("VAT", 130_000)]}
in_tenant = pytest.mark.usefixtures("in_tenant_a")


def told(quote: Quote) -> list[tuple[str, int, int]]:
    return [(share.name, share.base_minor, share.minor) for share in quote.taxes]


@in_tenant
def test_inclusive_price_100_at_13_percent_shows_net_88_50_and_tax_11_50() -> None:
    taxed()
    tax_zone(THIRTEEN)
    tea = make_variant(minor=10_000)

    quote = quote_basket(make_basket((tea.pk, 1), address=HERE), now=NOW)
    group = place_one(make_placement((tea.pk, 1)), actor=TESTER, now=NOW)

    order = Order.objects.get(group=group)
    kept = [(s.base_minor, s.minor) for s in taxes_of(order, detail_of(order).lines)]
    assert (quote.total.minor, quote.tax.minor) == (10_000, 0)
    assert told(quote) == [("VAT", 8_850, 1_150)]
    assert (order.total_minor, order.tax_minor, kept) == (10_000, 0, [(8_850, 1_150)])
    assert list(verify()) == []


@in_tenant
def test_taxes_that_are_put_on_belong_to_lines_and_freight_and_add_up() -> None:
    taxed()
    tax_zone({"standard": [("GST", 50_000), ("QST", 99_750, True)]}, is_included=False)
    make_way(minor=1_000)
    tea = make_variant(minor=10_000)

    group = place_one(make_placement((tea.pk, 1)), actor=TESTER, now=NOW)

    order, line = Order.objects.get(group=group), OrderLine.objects.get(order__group=group)
    # 5 %, then 9.975 % on the price with those 5 %: 15.47375 % together.
    assert (line.tax_minor, line.total_minor) == (1_547, 11_547)
    assert [share["minor"] for share in line.taxes] == [500, 1_047]
    assert (order.tax_minor, order.total_minor) == (1_547 + 155, 11_000 + 1_547 + 155)
    assert list(verify()) == []


@in_tenant
def test_the_smallest_place_decides_and_classes_have_rates_of_their_own() -> None:
    taxed()
    save_class("books", {"en": "Books"}, actor=ACTOR)
    tax_zone({**THIRTEEN, "books": [("VAT", 90_000)]})
    tax_zone({"standard": [("Port", 10_000)]}, code="port", regions=("3101",))
    tax_zone({"standard": [("Export", 0)]}, code="world", countries=())
    tea, book = make_variant(minor=1_000), make_variant(minor=1_000, tax_class="books")
    free = make_variant(minor=1_000, tax_class="exempt")

    def names(**place: str) -> list[tuple[str, int]]:
        goods = [(each.pk, 1) for each in (tea, book, free)]
        basket = make_basket(*goods, address={**HERE, **place})
        return [(share.name, share.ppm) for share in quote_basket(basket, now=NOW).taxes]

    assert names(region_code="440106") == [("VAT", 130_000), ("VAT", 90_000)]
    assert names(region_code="310104") == [("Port", 10_000)]
    assert names(country="US", region_code="") == [("Export", 0)]


@in_tenant
def test_rounding_once_for_an_order_splits_to_lines_by_largest_remainder() -> None:
    tax_zone({"standard": [("VAT", 100_000)]}, is_included=False)
    goods = [(make_variant(minor=minor).pk, 1) for minor in (4, 4, 4)]

    def taxes(rounding: str) -> list[int]:
        taxed(rounding=rounding)
        quote = quote_basket(make_basket(*goods, address=HERE), now=NOW)
        return [line.tax_minor for line in quote.lines]

    assert taxes("line") == [0, 0, 0]
    assert sorted(taxes("order")) == [0, 0, 1]


@in_tenant
def test_a_buyer_with_a_number_pays_no_tax_until_it_ends() -> None:
    taxed()
    tax_zone(THIRTEEN)
    tea, member = make_variant(minor=10_000), make_member()
    asked = ask(member.pk, name="Tea Ltd", number="gb 123456789", country="gb", now=NOW)

    def total(now: object = NOW) -> int:
        basket = make_basket((tea.pk, 1), member_id=member.pk, address=HERE)
        return quote_basket(basket, now=now).total.minor  # type: ignore[arg-type]

    before = total()
    until = (NOW + timedelta(days=30)).date()
    decide(asked.pk, ExemptionState.GRANTED, valid_until=until, actor=ACTOR, now=NOW)
    basket = make_basket((tea.pk, 1), member_id=member.pk, address=HERE)
    [share] = quote_basket(basket, now=NOW).taxes

    assert (before, total(), total(NOW + timedelta(days=40))) == (10_000, 8_850, 10_000)
    assert (share.exempt, share.base_minor, share.minor) == ("GB 123456789", 8_850, 0)
    with pytest.raises(ExemptionDecided):
        give(member.pk, name="Tea Ltd", number="GB1234567", country="GB", actor=ACTOR, now=NOW)
    decide(asked.pk, ExemptionState.ENDED, actor=ACTOR, now=NOW)
    assert total() == 10_000


@in_tenant
def test_a_changed_order_is_taxed_by_the_rates_it_was_placed_with() -> None:
    taxed()
    tax_zone(THIRTEEN)
    tea, cup = make_variant(minor=10_000), make_variant(minor=5_000)
    group = place_one(make_placement((tea.pk, 2)), actor=TESTER, now=NOW)
    order, line = Order.objects.get(group=group), OrderLine.objects.get(order__group=group)
    set_policy(Policy(), actor=ACTOR)

    change = propose_change(
        order.pk,
        [
            {"op": "set_quantity", "line": str(line.pk), "quantity": 1},
            {"op": "add_line", "variant": str(cup.pk), "quantity": 1},
        ],
        reason="", actor=TESTER, now=NOW,
    )  # fmt: skip
    apply_change(change.pk, actor=TESTER, now=NOW)

    order.refresh_from_db()
    [share] = taxes_of(order, list(OrderLine.objects.filter(order=order)))
    assert (order.total_minor, share.base_minor, share.minor) == (15_000, 13_275, 1_725)


@in_tenant
def test_a_quote_asks_nothing_more_for_taxes_however_many_lines_it_has() -> None:
    goods = [(make_variant(minor=1_000).pk, 1) for _line in range(8)]

    def statements(count: int) -> int:
        basket = make_basket(*goods[:count], address=HERE, member_id=member.pk)
        with CaptureQueriesContext(connection) as caught:
            quote_basket(basket, now=NOW)
        return len([q for q in caught if "taxes_" in q["sql"]])

    member = make_member()
    off = statements(8)
    taxed()
    tax_zone(THIRTEEN)

    assert off <= 1
    assert statements(1) == statements(8)


@in_tenant
def test_what_cannot_be_kept_is_refused() -> None:
    save_class("books", {"en": "Books"}, actor=ACTOR)
    tax_zone({"books": [("VAT", 1)]}, countries=("GB", "IE"))

    with pytest.raises(TaxZonesOverlap) as overlap:
        tax_zone(THIRTEEN, code="again", countries=("IE",))
    with pytest.raises(InvalidTax):
        tax_zone({"nothing": [("VAT", 1)]}, code="other", countries=("FR",))
    with pytest.raises(InvalidTax):
        tax_zone({"standard": [("VAT", 1_000_001)]}, code="other", countries=("FR",))
    with pytest.raises(TaxClassInUse):
        delete_class("books", actor=ACTOR)
    assert overlap.value.fields["place"] == "IE"


@in_tenant
def test_taxes_of_one_shop_do_nothing_in_another(tenant_b: TenantRef) -> None:
    taxed()
    tax_zone(THIRTEEN)

    with tenant_context(tenant_b):
        assert tax_zones() == []
        assert not current_book().is_on


@settings(max_examples=25, deadline=None)
@given(
    prices=st.lists(st.integers(0, LARGEST_MINOR // 100), min_size=1, max_size=8),
    rates=st.lists(st.tuples(st.integers(0, 500_000), st.booleans()), min_size=1, max_size=3),
    is_included=st.booleans(),
)
def test_shares_always_add_up_to_prices_and_taxes(
    prices: list[int], rates: list[tuple[int, bool]], is_included: bool
) -> None:
    shares = [
        RateShare(f"r{place}", "Tax", ppm, is_compound=compound, is_included=is_included)
        for place, (ppm, compound) in enumerate(rates)
    ]

    found = shares_of_all(prices, shares)

    for price, own in zip(prices, found, strict=True):
        tax = sum(share.minor for share in own)
        assert all(share.minor >= 0 for share in own)
        assert {share.base_minor for share in own} == {price - tax if is_included else price}
        assert put_on_minor(own) == (0 if is_included else tax)
