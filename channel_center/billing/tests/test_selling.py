"""What a shop buys is paid by its whole chain at once, or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from channel_center.billing.errors import (
    ExpiredQuote,
    InsufficientFunds,
    InvalidQuote,
    NotAvailableNow,
    NotSellable,
    StaleQuote,
)
from channel_center.billing.models import Charge, Invoice, Licence, Subscription
from channel_center.billing.services.quoting import quote
from channel_center.billing.services.refunding import refund
from channel_center.billing.services.renewing import renew
from channel_center.billing.services.selling import buy, cancel
from channel_center.billing.services.wallets import view_of
from channel_center.billing.tests.samples import ACTOR, Market, make_market, make_offers, price
from kernel.common.time import utc_now
from kernel.ledger.services import trial_balance
from kernel.tenancy.context import TenantRef, public_context
from tenants.models import Grant

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def market(tenant_a: TenantRef) -> Market:
    return make_market(tenant_a.id, 2)


def balances(market: Market) -> list[int]:
    wallets = [market.wallet(level) for level in range(len(market.channels))]
    return [view_of(each).balance_minor for each in [*wallets, market.shop_wallet]]


def test_each_level_pays_the_one_above_it_and_keeps_its_margin(market: Market) -> None:
    (offer,) = make_offers(["month"])
    price(market, [offer], [[300], [450], [1000]])
    market.fund(5000)

    asked = quote(market.tenant_id, offer.code)
    sale = buy(asked.token, tenant_id=market.tenant_id, actor=ACTOR)

    assert asked.due.minor == 1000
    assert balances(market) == [5150, 4550, 4000]
    assert sale.charge is not None
    again = buy(asked.token, tenant_id=market.tenant_id, actor=ACTOR)
    assert again.charge == sale.charge
    assert balances(market) == [5150, 4550, 4000]
    with public_context():
        assert sum(row.positive + row.negative for row in trial_balance()) == 0
        grant = Grant.objects.get(tenant=market.tenant_id, source_type="licence")
        assert grant.limits == {"storage_mb": 100}
        totals = Invoice.objects.order_by("step__level").values_list("total_minor", flat=True)
        assert list(totals) == [300, 450, 1000]


def test_without_enough_at_one_level_nothing_happens_at_any(market: Market) -> None:
    (offer,) = make_offers(["month"])
    price(market, [offer], [[300], [450], [1000]])
    market.fund(400, shop=5000)
    before = balances(market)

    with pytest.raises(NotAvailableNow):
        buy(quote(market.tenant_id, offer.code).token, tenant_id=market.tenant_id, actor=ACTOR)

    assert balances(market) == before
    market.fund(1000, shop=0)
    other = make_offers(["month"])
    price(market, other, [[0], [0], [9000]])
    with pytest.raises(InsufficientFunds) as short:
        buy(quote(market.tenant_id, other[0].code).token, tenant_id=market.tenant_id, actor=ACTOR)
    # Programs of the shop read these members; how many stand above it is not among them.
    assert set(short.value.fields) == {"missing"}
    with public_context():
        assert not Subscription.objects.exists()
        assert not Licence.objects.exists()


def test_an_upgrade_costs_the_rest_of_the_period_less_what_is_left(market: Market) -> None:
    small, large = make_offers(["month", "month"])
    price(market, [small, large], [[100, 200], [200, 400], [1000, 3000]])
    market.fund(50_000)
    now = utc_now()
    first = quote(market.tenant_id, small.code, now=now)
    sale = buy(first.token, tenant_id=market.tenant_id, actor=ACTOR, now=now)
    end = sale.subscription.current_end
    assert end is not None
    middle = now + (end - now) / 2

    asked = quote(market.tenant_id, large.code, now=middle)
    assert (asked.billed.minor, asked.credit.minor, asked.due.minor) == (1500, 500, 1000)
    paid = buy(asked.token, tenant_id=market.tenant_id, actor=ACTOR, now=middle)

    assert paid.charge is not None
    assert [step.due_minor for step in asked.plan.steps] == [50, 100, 1000]
    assert paid.subscription.current_end == end
    down = quote(market.tenant_id, small.code, now=middle + timedelta(minutes=1))
    assert (down.kind, down.due.minor) == ("downgrade", 0)
    planned = buy(
        down.token, tenant_id=market.tenant_id, actor=ACTOR, now=middle + timedelta(minutes=2)
    )
    assert planned.charge is None
    charge = renew(paid.subscription.id, actor=ACTOR, now=end)
    assert charge is not None
    assert charge.offer == small
    assert renew(paid.subscription.id, actor=ACTOR, now=end) is None


def test_what_is_bought_in_the_moment_of_another_purchase_takes_its_place(market: Market) -> None:
    month, year = make_offers(["month", "year"])
    price(market, [month, year], [[300, 900], [450, 1200], [1000, 3000]])
    market.fund(5000)
    now = utc_now()

    for offer in (month, year):
        asked = quote(market.tenant_id, offer.code, now=now)
        buy(asked.token, tenant_id=market.tenant_id, actor=ACTOR, now=now)

    assert balances(market) == [5300, 3800, 2000]
    with public_context():
        ended = Charge.objects.order_by("created_at", "id").values_list("ended_at", flat=True)
        assert list(ended) == [now, None]


def test_what_was_paid_goes_back_over_the_same_legs(market: Market) -> None:
    (offer,) = make_offers(["month"])
    price(market, [offer], [[300], [450], [1000]])
    market.fund(5000)
    sale = buy(quote(market.tenant_id, offer.code).token, tenant_id=market.tenant_id, actor=ACTOR)
    assert sale.charge is not None

    back = refund(
        sale.charge.id, key="r1", reason="sorry", actor=ACTOR, minor=1000, beyond_policy=True
    )

    assert back.retail_minor == 1000
    assert balances(market) == [5000, 5000, 5000]
    same = refund(sale.charge.id, key="r1", reason="sorry", actor=ACTOR, minor=1000)
    assert same.pk == back.pk
    with public_context():
        assert Grant.objects.get(source_type="licence").revoked_at is not None


def test_quotes_expire_belong_to_one_shop_and_notice_changes(
    market: Market, tenant_b: TenantRef
) -> None:
    small, large = make_offers(["month", "year"], trial_days=7)
    price(market, [small, large], [[0, 0], [0, 0], [10, 100]])
    market.fund(5000)
    asked = quote(market.tenant_id, small.code)
    late = utc_now() + timedelta(minutes=16)

    with pytest.raises(ExpiredQuote):
        buy(asked.token, tenant_id=market.tenant_id, actor=ACTOR, now=late)
    with pytest.raises(InvalidQuote):
        buy(asked.token, tenant_id=tenant_b.id, actor=ACTOR)
    with pytest.raises(InvalidQuote):
        buy(asked.token + "x", tenant_id=market.tenant_id, actor=ACTOR)
    other = quote(market.tenant_id, large.code)
    buy(asked.token, tenant_id=market.tenant_id, actor=ACTOR)
    with pytest.raises(StaleQuote):
        buy(other.token, tenant_id=market.tenant_id, actor=ACTOR)
    with pytest.raises(NotSellable):
        quote(market.tenant_id, small.code)


def test_a_trial_costs_nothing_and_is_given_once(market: Market) -> None:
    small, large = make_offers(["month", "month"], trial_days=7)
    price(market, [small, large], [[5, 5], [7, 7], [10, 100]])
    market.fund(5000)
    asked = quote(market.tenant_id, small.code, as_trial=True)
    tried = buy(asked.token, tenant_id=market.tenant_id, actor=ACTOR)

    assert tried.subscription.state == "trialing"
    assert balances(market) == [5000, 5000, 5000]
    bought = buy(quote(market.tenant_id, large.code).token, tenant_id=market.tenant_id, actor=ACTOR)
    assert bought.subscription.state == "active"
    assert balances(market)[2] == 4900
    cancel(bought.subscription.id, actor=ACTOR)
    with public_context():
        licence = Licence.objects.get()
        assert licence.ends_at == bought.subscription.current_end
        assert Charge.objects.count() == 2
    with pytest.raises(NotSellable):
        quote(market.tenant_id, small.code, as_trial=True)
