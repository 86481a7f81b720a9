"""Markets: what differs for buyers by the country that they live in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from kernel.aftersales.windows import window_of
from kernel.audit.models import AuditEntry
from kernel.catalogue.models import Variant
from kernel.checkout.steps.prices import buyer_of
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.i18n.errors import InvalidMarket, UnknownMarket
from kernel.i18n.markets import market_in, market_of_visitor, visiting
from kernel.i18n.models import Market, MarketCountry
from kernel.i18n.services import CurrencyTerms, set_currency
from kernel.i18n.services.markets import MarketTerms, price_lists_of, remove_market, set_market
from kernel.i18n.showing import COOKIE
from kernel.members.models import Address, Member
from kernel.orders.models import OrderLine, OrderPolicy
from kernel.pricing.models import PriceList
from kernel.pricing.services import Buyer, NewEntry, PriceRequest, prices_for
from kernel.pricing.services.price_lists import create_price_list, set_entries
from kernel.tenancy.context import TenantRef, tenant_context
from kernel.tenancy.ports import directory
from testkit.factories.orders import (
    ADDRESS,
    TESTER,
    make_basket,
    make_member,
    make_variant,
    orders_in,
    place,
)
from testkit.tenants import refreshed
from testkit.web import store

NOW = utc_now()
DAY = timedelta(days=1)
EU = MarketTerms("eu", "Europe", ("DE", "FR"), language="en", currency="EUR")
REST = MarketTerms("world", "World", is_rest=True)
BERLIN = {**ADDRESS, "country": "DE"}


def show_euros() -> None:
    set_currency(CurrencyTerms("EUR", Decimal("0.13")), actor=TESTER, now=NOW)


def open_market(terms: MarketTerms = EU) -> Market:
    show_euros()
    return set_market(terms, actor=TESTER, now=NOW)


def cheaper(variant: Variant, minor: int, *, code: str = "abroad") -> PriceList:
    row = create_price_list(
        code=code, currency="CNY", fields={"name": code}, actor=TESTER, now=NOW - DAY
    )
    set_entries(row.pk, [NewEntry(variant.pk, Money(minor, "CNY"))], actor=TESTER, now=NOW - DAY)
    return row


def live_in(member: Member, country: str) -> None:
    Address.objects.create(
        member=member,
        name="Lan",
        phone="+4930123456",
        country=country,
        line="Unter den Linden 1",
        is_default=True,
    )


def price_of(variant: Variant, buyer: Buyer) -> int:
    found = prices_for([PriceRequest(variant.pk)], buyer=buyer, currency="CNY", now=NOW)
    return found[variant.pk].unit.minor


def test_a_market_holds_all_that_differs_by_country_and_is_audited(shop: TenantRef) -> None:
    variant = make_variant(minor=1000)
    cheaper(variant, 800)

    row = open_market(replace(EU, return_days=30, price_lists=("abroad",)))
    set_market(REST, actor=TESTER, now=NOW)

    markets = refreshed(shop).offers.markets
    assert [each.code for each in markets] == ["eu", "world"]
    assert (markets[0].countries, markets[0].language, markets[0].currency) == (
        ("DE", "FR"),
        "en",
        "EUR",
    )
    assert (markets[0].return_days, markets[0].fault_days) == (30, None)
    assert [each.code for each in price_lists_of(row.code)] == ["abroad"]
    found = [market_in(country, markets) for country in ("fr", "US", "", "XYZ")]
    assert [each.code if each else "" for each in found] == ["eu", "world", "", ""]
    entries = AuditEntry.objects.filter(action="i18n.market_added").order_by("id")
    assert entries.count() == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "Europe!"}, "code"),
        ({"name": " "}, "name"),
        ({"countries": ("Germany",)}, "countries"),
        ({"countries": ("DE", "DE")}, "countries"),
        ({"countries": ()}, "countries"),
        ({"is_rest": True}, "countries"),
        ({"code": "north", "countries": ("SE", "DE")}, "countries"),
        ({"code": "other", "countries": (), "is_rest": True}, "is_rest"),
        ({"language": "ja"}, "language"),
        ({"currency": "USD"}, "currency"),
        ({"return_days": -1}, "return_days"),
        ({"fault_days": 5_000}, "fault_days"),
        ({"price_lists": ("none",)}, "price_lists"),
    ],
)
def test_what_is_no_market_is_refused(shop: TenantRef, change: dict[str, Any], field: str) -> None:
    open_market()
    set_market(REST, actor=TESTER, now=NOW)

    with tenant_context(refreshed(shop)), pytest.raises(InvalidMarket) as refusal:
        set_market(replace(EU, **change), actor=TESTER, now=NOW)

    assert refusal.value.fields["field"] == field
    assert Market.objects.count() == 2


def test_a_price_list_of_a_market_is_for_buyers_from_there_alone(shop: TenantRef) -> None:
    variant, member, stranger = make_variant(minor=1000), make_member(), make_member()
    cheaper(variant, 800)
    open_market(replace(EU, price_lists=("abroad",)))
    live_in(member, "FR")
    live_in(stranger, "US")

    with tenant_context(refreshed(shop)) as tenant:
        eu = tenant.offers.markets[0]
        at_home, elsewhere = Buyer(member.pk), Buyer(stranger.pk)
        seen = [price_of(variant, each) for each in (Buyer(), at_home, elsewhere)]
        with visiting(eu):
            seen_there = [price_of(variant, each) for each in (Buyer(), elsewhere)]
            to_china = make_basket((variant.pk, 1), address={**ADDRESS, "country": "CN"})
            sent_home = price_of(variant, buyer_of(to_china))
        sent_there = price_of(variant, buyer_of(make_basket((variant.pk, 1), address=BERLIN)))
        own = make_basket((variant.pk, 1), member_id=member.pk, address={"country": "CN"})
        sent_away = price_of(variant, buyer_of(own))

    assert seen == [1000, 800, 1000]
    assert seen_there == [800, 1000]
    assert (sent_there, sent_home, sent_away) == (800, 1000, 1000)


def test_a_list_that_loses_its_last_market_is_switched_off_not_given_to_everybody(
    shop: TenantRef,
) -> None:
    variant = make_variant(minor=1000)
    first, second = cheaper(variant, 800, code="first"), cheaper(variant, 700, code="second")
    open_market(replace(EU, price_lists=("first", "second")))

    set_market(replace(EU, price_lists=("second",)), actor=TESTER, now=NOW)
    remove_market("eu", actor=TESTER, now=NOW)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.is_active, second.is_active) == (False, False)
    assert (first.audience, price_lists_of("eu")) == ({}, [])
    assert price_of(variant, Buyer()) == 1000
    assert not MarketCountry.objects.exists()
    assert refreshed(shop).offers.markets == ()
    with pytest.raises(UnknownMarket):
        remove_market("eu", actor=TESTER, now=NOW)


def test_windows_of_returns_follow_the_market_and_the_law_stays_below_them(
    shop: TenantRef,
) -> None:
    open_market(replace(EU, return_days=3, fault_days=90))
    far = MarketTerms("far", "Far", ("US",), return_days=30)
    set_market(far, actor=TESTER, now=NOW)
    variant = make_variant()
    [order] = orders_in(place((variant.pk, 1)))
    line = OrderLine.objects.get(order=order)

    def days(country: str) -> tuple[int, int]:
        order.address, order.delivered_at = {"country": country}, NOW
        window = window_of(order, line, OrderPolicy())
        assert window.change_of_mind is not None
        assert window.fault is not None
        return (window.change_of_mind - NOW).days, (window.fault - NOW).days

    with tenant_context(refreshed(shop)):
        assert days("CN") == (7, 15)
        assert days("US") == (30, 15)
        assert days("DE") == (14, 90)
        assert days("IT") == (14, 15)


def test_visitors_meet_the_language_and_currency_of_their_market_unless_they_chose(
    shop: TenantRef,
) -> None:
    open_market(replace(EU, language="en"))
    region, front = "/api/v1/store/region/", "HTTP_CF_IPCOUNTRY"
    directory().forget(shop.id)

    with override_settings(STOA_COUNTRY_HEADER=front), store(shop) as visitor:
        there = visitor.get("/", headers={"Cf-Ipcountry": "DE", "Accept-Language": "zh-CN"})
        known = visitor.get(region, headers={"Cf-Ipcountry": "FR"}).json()
        home = visitor.get("/", headers={"Cf-Ipcountry": "CN", "Accept-Language": "zh-CN"})
        own = visitor.get(f"/currency/{shop.currency}/", headers={"Cf-Ipcountry": "DE"})
        visitor.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
        chosen = visitor.get("/", headers={"Cf-Ipcountry": "DE"})
        named = visitor.get("/zh-hans/", headers={"Cf-Ipcountry": "DE"})

    assert (there.status_code, there["Content-Language"]) == (200, "en")
    assert "Cf-Ipcountry" in there["Vary"]
    assert known["market"] == "eu"
    assert own.cookies[COOKIE].value == shop.currency
    assert home["Content-Language"] == "zh-hans"
    assert (chosen.status_code, chosen["Content-Language"]) == (200, "zh-hans")
    assert (named.status_code, named["Content-Language"]) == (200, "zh-hans")
    wished = market_of_visitor(refreshed(shop), {"HTTP_ACCEPT_LANGUAGE": "de-DE,de;q=0.9"})
    assert wished is not None
    assert market_of_visitor(refreshed(shop), {"HTTP_ACCEPT_LANGUAGE": "de,en-DE"}) is None


def test_a_shop_without_markets_asks_nothing_for_them(shop: TenantRef) -> None:
    variant, member = make_variant(minor=1000), make_member()
    create_price_list(
        code="tagged",
        currency="CNY",
        fields={"name": "Tagged", "audience": {"groups": ["market:eu"]}},
        actor=TESTER,
        now=NOW - DAY,
    )

    with CaptureQueriesContext(connection) as asked:
        price_of(variant, Buyer(member.pk))

    assert not any("members_address" in each["sql"] for each in asked)
    assert buyer_of(make_basket((variant.pk, 1), address=BERLIN)).groups == frozenset()


def test_another_shop_has_markets_of_its_own(shop: TenantRef, tenant_b: TenantRef) -> None:
    open_market()

    with tenant_context(refreshed(tenant_b)) as other:
        assert other.offers.markets == ()
        assert not Market.objects.exists()
        assert not MarketCountry.objects.exists()
        with pytest.raises(UnknownMarket):
            remove_market("eu", actor=TESTER, now=NOW)
