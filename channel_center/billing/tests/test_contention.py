"""Shops that buy at the same moment from a chain that cannot pay for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connections

from channel_center.billing.choices import OPEN_STATES, Collection
from channel_center.billing.errors import InsufficientFunds, NotAvailableNow
from channel_center.billing.models import (
    Charge,
    ChargeStep,
    Invoice,
    InvoiceSeries,
    Licence,
    Offer,
    Subscription,
)
from channel_center.billing.services.invariants import faults
from channel_center.billing.services.quoting import quote
from channel_center.billing.services.selling import buy
from channel_center.billing.services.wallets import set_limits, view_of, wallet_of
from channel_center.billing.tests.samples import (
    ACTOR,
    Market,
    make_market,
    make_offers,
    price,
    put,
)
from kernel.tenancy.context import bind_context, public_context
from tenants.models import Grant, Tenant
from testkit.database import database_copy, open_test_tenant

THREADS = 32
SHOPS = 4
WHOLESALE, MIDDLE, RETAIL = 300, 450, 1000


@pytest.fixture
def shops(committing: None) -> Iterator[list[UUID]]:
    """Shops in a copy of the database, as what is sold stays in the books."""
    with database_copy():
        yield [open_test_tenant().id for _shop in range(SHOPS)]


@pytest.mark.parametrize(
    "rounds", [1, pytest.param(12, marks=pytest.mark.soak)], ids=["short", "long"]
)
def test_no_wallet_is_overspent_and_who_is_refused_leaves_nothing(
    shops: list[UUID], rounds: int
) -> None:
    market = make_market(shops[0], 2)
    with public_context():
        Tenant.objects.filter(pk__in=shops).update(channel_id=market.channels[-1])
    paid_for = 0
    for turn in range(1, rounds + 1):
        offers = [make_offers(["month"])[0] for _each in range(THREADS // SHOPS)]
        price(market, offers, [[each] * len(offers) for each in (WHOLESALE, MIDDLE, RETAIL)])
        # The upper partner can pay for few; the lower one and the shops for some more.
        put(market.wallet(0), 100 + turn)
        put(market.wallet(1), MIDDLE * (8 + turn % 3))
        for shop in shops:
            put(wallet_of(tenant_id=shop), RETAIL * 5)
        bought = sum(outcomes(shops, offers))
        assert 0 < bought < THREADS
        paid_for += bought
        books_agree(market, shops, paid_for)


def test_nobody_owes_more_on_account_than_the_limit(shops: list[UUID]) -> None:
    market = make_market(shops[0], 1)
    with public_context():
        Tenant.objects.filter(pk__in=shops).update(channel_id=market.channels[-1])
    offers = [make_offers(["month"])[0] for _each in range(THREADS // SHOPS)]
    price(market, offers, [[each] * len(offers) for each in (WHOLESALE, RETAIL)])
    put(market.wallet(0), WHOLESALE * THREADS)
    for shop in shops:
        wallet = wallet_of(tenant_id=shop)
        put(wallet, RETAIL * THREADS)
        set_limits(wallet, credit_limit_minor=RETAIL * 3 + 1, low_at_minor=None, actor=ACTOR)

    bought = sum(outcomes(shops, offers, collection=Collection.MANUAL))

    assert bought == 3 * SHOPS
    assert {view_of(wallet_of(tenant_id=shop)).owed_minor for shop in shops} == {RETAIL * 3}
    assert view_of(market.wallet(0)).balance_minor == WHOLESALE * (THREADS - bought)
    assert faults() == []


def outcomes(
    shops: list[UUID], offers: list[Offer], *, collection: str = Collection.WALLET
) -> list[bool]:
    """Have every shop buy every offer at the same moment; say which could."""
    wanted = [(shop, offer.code) for offer in offers for shop in shops]
    start = Barrier(len(wanted))

    def run(told: tuple[UUID, str]) -> bool:
        try:
            token = quote(*told, collection=collection).token
            start.wait(timeout=180)
            buy(token, tenant_id=told[0], actor=ACTOR)
        except (InsufficientFunds, NotAvailableNow):
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(len(wanted)) as pool:
        return list(pool.map(bind_context(run), wanted))


@public_context()
def books_agree(market: Market, shops: list[UUID], paid_for: int) -> None:
    """Say what must hold whoever came first."""
    assert faults() == []
    wallets = [market.wallet(0), market.wallet(1), *(wallet_of(tenant_id=s) for s in shops)]
    for each in wallets:
        view = view_of(each)
        assert view.available_minor >= 0
        assert view.owed_minor == 0
    counts = [
        Charge.objects.count(),
        Subscription.objects.filter(state__in=OPEN_STATES).count(),
        Subscription.objects.count(),
        Licence.objects.count(),
        Grant.objects.filter(source_type="licence", revoked_at=None).count(),
        ChargeStep.objects.count() // 3,
        Invoice.objects.count() // 3,
    ]
    assert counts == [paid_for] * len(counts)
    for series in InvoiceSeries.objects.all():
        written = Invoice.objects.filter(seller=series.channel_id)
        assert written.count() == series.last == paid_for
