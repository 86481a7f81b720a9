"""Partners give credit that runs out, and let shops buy on account up to a limit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from channel_center.billing.choices import Collection
from channel_center.billing.errors import InsufficientFunds, OverCreditLimit
from channel_center.billing.models import Charge, Subscription, TopUp, Wallet
from channel_center.billing.services import gifts
from channel_center.billing.services.invariants import faults
from channel_center.billing.services.quoting import quote
from channel_center.billing.services.renewing import renew
from channel_center.billing.services.selling import buy
from channel_center.billing.services.wallets import view_of
from channel_center.billing.tests.samples import (
    ACTOR,
    Market,
    make_market,
    make_offers,
    price,
    put,
)
from channel_center.hosts import HOSTS
from channel_center.models import Channel
from channel_center.partners.tests.test_console_and_api import signed_in
from kernel.access.confirming import note_confirmed
from kernel.common.ids import uuid7
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, public_context


@pytest.fixture
def market(db: None, tenant_a: TenantRef, settings: Settings) -> Market:
    settings.STOA_PROCESS = "channel"
    settings.ROOT_URLCONF = "config.urls_channel"
    settings.STOA_PROBLEM_PAGE = "kernel.backoffice.views.problem_page"
    HOSTS.forget()
    return make_market(tenant_a.id, 1)


def test_credit_is_given_once_spent_first_and_what_is_left_runs_out(market: Market) -> None:
    (offer,) = make_offers(["month"])
    price(market, [offer], [[100], [1000]])
    market.fund(5000)
    partner = owner_of(market)
    client = signed_in(partner.host, partner)
    confirm(client)
    path = f"/balances/{market.shop_wallet.public_id}/"
    told = {"do": "gift", "amount": "15.00", "days": "30", "note": "Welcome", "key": uuid7().hex}

    wrong = client.post(path, {**told, "amount": "-5", "days": "0"})
    first, again = client.post(path, told), client.post(path, told)

    assert (wrong.status_code, first.status_code, again.status_code) == (422, 302, 302)
    assert view_of(market.shop_wallet).gift_minor == 1500
    buy(quote(market.tenant_id, offer.code).token, tenant_id=market.tenant_id, actor=ACTOR)
    view = view_of(market.shop_wallet)
    assert (view.gift_minor, view.cash_minor) == (500, 5000)
    assert gifts.expire(utc_now() + timedelta(days=31)) == 1
    assert gifts.expire(utc_now() + timedelta(days=31)) == 0
    assert view_of(market.shop_wallet).balance_minor == 5000
    with public_context():
        assert TopUp.objects.filter(source="gift").count() == 1
    assert faults() == []
    page = client.get(path).content.decode()
    assert "Welcome" in page


def test_a_shop_buys_on_account_up_to_its_limit_and_what_comes_in_pays_that_first(
    market: Market,
) -> None:
    one, other = make_offers(["month"])[0], make_offers(["month"])[0]
    price(market, [one, other], [[100, 100], [1000, 1000]])
    put(market.wallet(0), 1000)
    partner = owner_of(market)
    client = signed_in(partner.host, partner)
    path = f"/balances/{market.shop_wallet.public_id}/"
    told = {"do": "limit", "limit": "15.00", "low": "0"}
    unconfirmed = client.post(path, told)
    confirm(client)
    client.post(path, told)

    buy(quote(market.tenant_id, one.code).token, tenant_id=market.tenant_id, actor=ACTOR)
    with pytest.raises(InsufficientFunds):
        buy(quote(market.tenant_id, other.code).token, tenant_id=market.tenant_id, actor=ACTOR)

    assert unconfirmed.status_code != 200
    view = view_of(market.shop_wallet)
    assert (view.balance_minor, view.owed_minor, view.available_minor) == (-1000, 1000, 500)
    assert "¥10.00" in client.get("/balances/").content.decode()
    put(market.shop_wallet, 1200)
    view = view_of(market.shop_wallet)
    assert (view.balance_minor, view.owed_minor) == (200, 0)
    assert faults() == []


def test_what_the_seller_collects_itself_is_bought_up_to_the_limit_alone(market: Market) -> None:
    one, other = make_offers(["month"])[0], make_offers(["month"])[0]
    price(market, [one, other], [[100, 100], [1000, 1000]])
    market.fund(5000)

    with pytest.raises(OverCreditLimit):
        buy_on_account(market, one.code)
    with public_context():
        assert not Charge.objects.exists()
        assert not Subscription.objects.exists()
    partner = owner_of(market)
    client = signed_in(partner.host, partner)
    confirm(client)
    path = f"/balances/{market.shop_wallet.public_id}/"
    client.post(path, {"do": "limit", "limit": "15.00", "low": "0"})
    buy_on_account(market, one.code)
    with pytest.raises(OverCreditLimit, match=r"15\.00 CNY.*10\.00 CNY"):
        buy_on_account(market, other.code)

    # What it paid in is not touched, and its partner paid for one alone.
    view = view_of(market.shop_wallet)
    assert (view.cash_minor, view.owed_minor, view.limit_minor) == (5000, 1000, 1500)
    assert view_of(market.wallet(0)).balance_minor == 4900
    for page in (path, "/balances/"):
        shown = client.get(page).content.decode()
        assert "Credit limit" in shown
        assert "¥15.00" in shown
    put(market.shop_wallet, 1000)
    assert view_of(market.shop_wallet).owed_minor == 0
    sold = buy_on_account(market, other.code)
    assert sold.current_end is not None
    with pytest.raises(OverCreditLimit):
        renew(sold.pk, actor=ACTOR, now=sold.current_end)
    assert view_of(market.shop_wallet).owed_minor == 1000
    assert faults() == []


def buy_on_account(market: Market, offer_code: str) -> Subscription:
    """Buy what the partner collects by hand."""
    asked = quote(market.tenant_id, offer_code, collection=Collection.MANUAL)
    return buy(asked.token, tenant_id=market.tenant_id, actor=ACTOR).subscription


def test_nobody_touches_a_balance_that_is_not_right_below(market: Market) -> None:
    with public_context():
        other = Channel.objects.create(name="Other", slug="other", host="other.example.com")
    stranger = signed_in(other.host, other)
    confirm(stranger)
    paths = [f"/balances/{w.public_id}/" for w in (market.shop_wallet, market.wallet(0))]
    told = {"do": "gift", "amount": "15.00", "days": "30", "key": uuid7().hex}

    assert [stranger.post(path, told).status_code for path in paths] == [404, 404]

    assert "Nobody below you has a balance yet" in stranger.get("/balances/").content.decode()
    own = signed_in(owner_of(market).host, owner_of(market))
    confirm(own)
    assert own.post(paths[1], told).status_code == 404
    with public_context():
        assert not TopUp.objects.exists()
        assert not Wallet.objects.filter(credit_limit_minor__gt=0).exists()


def owner_of(market: Market) -> Channel:
    with public_context():
        return Channel.objects.get(pk=market.channels[0])


@public_context()
def confirm(client: Client) -> None:
    session = client.session
    note_confirmed(session, now=utc_now())
    session.save()
