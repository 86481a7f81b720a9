"""What was bought for good is supported for a time, and then as long as somebody pays for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from channel_center.billing.errors import InvalidPrice, NotSellable
from channel_center.billing.models import Licence, Offer, Product
from channel_center.billing.services.invariants import faults
from channel_center.billing.services.looking import look
from channel_center.billing.services.offering import (
    define_edition,
    define_offer,
    define_product,
    sell,
)
from channel_center.billing.services.quoting import quote
from channel_center.billing.services.refunding import refund
from channel_center.billing.services.selling import Sale, buy
from channel_center.billing.tests.samples import ACTOR, NAMES, Market, make_market, price
from channel_center.market.selectors import items_of
from kernel.tenancy.context import TenantRef, public_context
from tenants.directory import to_ref
from tenants.models import Tenant

pytestmark = pytest.mark.usefixtures("db")

BEGUN = datetime(2031, 4, 1, tzinfo=UTC)
INCLUDED = datetime(2032, 4, 1, tzinfo=UTC)


@pytest.fixture
def market(tenant_a: TenantRef) -> Market:
    return make_market(tenant_a.id, 1)


@pytest.fixture
def offers(market: Market) -> tuple[Offer, Offer]:
    """Room for good with a year of support, and further years of it."""
    with public_context():
        room = define_product("room", kind="quota", names=NAMES, feature="media", actor=ACTOR)
        edition = define_edition(room, "large", limits={"bytes": 10**9})
        good = define_offer(edition, "room.good", term="perpetual", support_months=12)
        care = define_product("care", kind="service", names=NAMES, supports=room, actor=ACTOR)
        yearly = define_offer(define_edition(care, "standard"), "care.year", term="year")
    price(market, [good, yearly], [[100, 10], [500, 50]])
    market.fund(5000)
    return good, yearly


def bought(market: Market, offer: Offer, at: datetime) -> Sale:
    asked = quote(market.tenant_id, offer.code, now=at)
    return buy(asked.token, tenant_id=market.tenant_id, actor=ACTOR, now=at)


def supported() -> datetime | None:
    with public_context():
        return Licence.objects.get(feature="media").support_until


def in_market(market: Market, at: datetime) -> dict[str, str]:
    with public_context():
        tenant = to_ref(Tenant.objects.get(pk=market.tenant_id))
    return {each.product.code: each.support for each in items_of(tenant, now=at) if each.product}


def test_support_begins_where_the_included_ends_and_is_renewed_and_given_back(
    market: Market, offers: tuple[Offer, Offer]
) -> None:
    good, yearly = offers
    assert "care" not in in_market(market, BEGUN)
    with pytest.raises(NotSellable):
        quote(market.tenant_id, yearly.code, now=BEGUN)
    bought(market, good, BEGUN)
    assert supported() == INCLUDED
    assert in_market(market, BEGUN)["room"].startswith("prd_")

    early = BEGUN + timedelta(days=200)
    asked = quote(market.tenant_id, yearly.code, now=early)
    assert (asked.starts_at, asked.due.minor) == (INCLUDED, 50)
    sale = bought(market, yearly, early)

    assert supported() == datetime(2033, 4, 1, tzinfo=UTC)
    look_at = datetime(2033, 4, 1, 1, tzinfo=UTC)
    with public_context():
        type(sale.subscription).objects.filter(pk=sale.subscription.pk).update(next_look_at=look_at)
        look(sale.subscription.pk, now=look_at)
        last = sale.subscription.charges.order_by("-period_start").first()
    assert supported() == datetime(2034, 4, 1, tzinfo=UTC)
    assert last is not None
    refund(last.pk, key="r", reason="not wanted", actor=ACTOR, now=look_at + timedelta(days=1))
    assert supported() == INCLUDED
    assert faults() == []


def test_support_that_lapsed_begins_again_when_it_is_bought(
    market: Market, offers: tuple[Offer, Offer]
) -> None:
    good, yearly = offers
    bought(market, good, BEGUN)
    late = INCLUDED + timedelta(days=100)

    sale = bought(market, yearly, late)

    assert sale.subscription.current_start == late
    assert supported() == sale.subscription.current_end


def test_support_is_of_what_is_bought_for_good_and_paid_by_the_period(
    market: Market, offers: tuple[Offer, Offer]
) -> None:
    with public_context():
        room = Product.objects.get(code="room")
        care = Product.objects.get(code="care")
        with pytest.raises(InvalidPrice):
            define_product("more", kind="quota", names=NAMES, supports=room, actor=ACTOR)
        with pytest.raises(InvalidPrice):
            define_product("more", kind="service", names=NAMES, supports=care, actor=ACTOR)
        with pytest.raises(InvalidPrice):
            define_offer(define_edition(care, "ever"), "care.ever", term="perpetual")
        with pytest.raises(InvalidPrice):
            define_offer(offers[0].edition, "room.month", term="month", support_months=3)


def test_what_is_off_sale_is_renewed_by_those_who_have_it_and_bought_by_nobody(
    market: Market, offers: tuple[Offer, Offer]
) -> None:
    good, yearly = offers
    bought(market, good, BEGUN)
    bought(market, yearly, BEGUN)
    with public_context():
        sell(yearly.edition.product, is_sold=False, actor=ACTOR)
    # Another list is published meanwhile: it still has a price for what is renewed.
    price(market, [good, yearly], [[100, 12], [500, 60]])
    with public_context():
        tenant = to_ref(Tenant.objects.get(pk=market.tenant_id))
    shown = {each.product.code: each for each in items_of(tenant, now=BEGUN) if each.product}

    assert shown["care"].offers == ()
    has = shown["care"].bought
    assert has is not None
    assert has.renewal is not None
    assert has.renewal.minor == 60
