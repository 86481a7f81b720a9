"""The clock renews, asks again and restricts on the stated days, each subscription by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from channel_center.billing.errors import InvalidPrice, UnknownSale
from channel_center.billing.models import Charge, Notice, Offer, Subscription
from channel_center.billing.services.invariants import faults
from channel_center.billing.services.looking import extend, look, look_at_due
from channel_center.billing.services.quoting import quote
from channel_center.billing.services.selling import buy, cancel
from channel_center.billing.services.wallets import view_of
from channel_center.billing.tests.samples import (
    ACTOR,
    Market,
    make_market,
    make_offers,
    price,
    put,
)
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, public_context
from tenants.models import Grant, Hold, Tenant

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def market(tenant_a: TenantRef) -> Market:
    return make_market(tenant_a.id, 1)


def bought(market: Market, offer: Offer, *, trial: bool = False) -> Subscription:
    asked = quote(market.tenant_id, offer.code, as_trial=trial)
    return buy(asked.token, tenant_id=market.tenant_id, actor=ACTOR).subscription


@public_context()
def seen(subscription: Subscription, now: datetime) -> str:
    """Let every look that is due until a moment happen, and return the state."""
    for _turn in range(40):
        row = Subscription.objects.get(pk=subscription.pk)
        if row.next_look_at is None or row.next_look_at > now:
            return row.state
        look(row.pk, now=row.next_look_at)
    raise AssertionError("the clock does not come to rest")


@public_context()
def ends(market: Market) -> tuple[datetime | None, datetime | None]:
    grants = Grant.objects.filter(tenant=market.tenant_id, source_type="licence", revoked_at=None)
    grant = grants.get(feature="media")
    return grant.ends_at, grant.off_at


def test_a_period_is_renewed_once_and_told(market: Market) -> None:
    (offer,) = make_offers(["month"])
    price(market, [offer], [[300], [1000]])
    market.fund(5000)
    sold = bought(market, offer)
    end = sold.current_end
    assert end is not None

    assert seen(sold, end + timedelta(hours=1)) == "active"
    assert look_at_due(now=end + timedelta(hours=2)) == 0

    with public_context():
        assert Charge.objects.filter(subscription=sold).count() == 2
        told = set(Notice.objects.values_list("kind", "day"))
    assert view_of(market.shop_wallet).balance_minor == 3000
    assert {("expiring", -15), ("expiring", -7), ("expiring", -3), ("expiring", -1)} <= told
    assert faults() == []


def test_what_stays_unpaid_is_overdue_then_read_only_then_closed_and_stops_nothing_else(
    market: Market,
) -> None:
    (unpaid,) = make_offers(["month"])
    (paid,) = make_offers(["year"], feature="check_in", kind="module")
    price(market, [unpaid, paid], [[300, 300], [1000, 2000]])
    market.fund(50_000, shop=3000)
    sold, other = bought(market, unpaid), bought(market, paid)
    end = sold.current_end
    assert end is not None

    states = [seen(sold, end + timedelta(days=day, hours=1)) for day in (0, 6, 7, 13, 14)]

    assert states == ["past_due", "past_due", "grace", "grace", "expired"]
    with public_context():
        assert Subscription.objects.get(pk=other.pk).state == "active"
        # No plan is unpaid, so the shop itself is not held back.
        assert not Hold.objects.exists()
        assert Charge.objects.filter(subscription=sold).count() == 1
    assert view_of(market.shop_wallet).balance_minor == 0
    assert faults() == []


def test_an_unpaid_plan_holds_the_shop_and_paying_lifts_that_hold_alone(market: Market) -> None:
    (offer,) = make_offers(["month"], kind="plan")
    price(market, [offer], [[300], [1000]])
    market.fund(50_000, shop=1000)
    sold = bought(market, offer)
    end = sold.current_end
    assert end is not None
    assert seen(sold, end + timedelta(days=8)) == "grace"
    with public_context():
        [hold] = Hold.objects.filter(released_at=None)
        assert (hold.kind, hold.level) == ("billing", 2)

    put(market.shop_wallet, 1000)
    with public_context():
        Subscription.objects.filter(pk=sold.pk).update(next_look_at=end + timedelta(days=9))
    state = look(sold.pk, now=end + timedelta(days=9)).state

    with public_context():
        assert state == Subscription.objects.get(pk=sold.pk).state == "active"
        assert not Hold.objects.filter(released_at=None).exists()
        assert Tenant.objects.get(pk=market.tenant_id).state == "active"


def test_a_partner_in_arrears_gives_the_shop_that_could_pay_thirty_days(market: Market) -> None:
    (offer,) = make_offers(["month"])
    price(market, [offer], [[300], [1000]])
    put(market.shop_wallet, 5000)
    put(market.wallet(0), 300)
    sold = bought(market, offer)
    end = sold.current_end
    assert end is not None
    _drain(market, offer)

    assert seen(sold, end + timedelta(days=8)) == "past_due"
    assert seen(sold, end + timedelta(days=31)) == "grace"
    assert ends(market)[0] == end + timedelta(days=30)
    assert view_of(market.shop_wallet).balance_minor == 4000


@public_context()
def _drain(market: Market, offer: Offer) -> None:
    """Let the partner give the shop something until it has nothing left."""
    left = view_of(market.wallet(0)).available_minor
    (dear,) = make_offers(["one_off"], feature="check_in", kind="module")
    price(market, [offer, dear], [[300, left], [1000, 0]])
    asked = quote(market.tenant_id, dear.code)
    buy(asked.token, tenant_id=market.tenant_id, actor=ACTOR)


def test_who_may_pay_later_is_not_restricted_until_then(market: Market) -> None:
    (offer,) = make_offers(["month"])
    price(market, [offer], [[300], [1000]])
    market.fund(50_000, shop=1000)
    sold = bought(market, offer)
    end = sold.current_end
    assert end is not None
    assert seen(sold, end + timedelta(days=8)) == "grace"
    now = end + timedelta(days=8)

    extend(sold.pk, until=now + timedelta(days=10), actor=ACTOR, now=now)

    assert seen(sold, now + timedelta(days=9)) == "past_due"
    assert ends(market)[0] == now + timedelta(days=10)
    with pytest.raises(InvalidPrice):
        extend(sold.pk, until=now, actor=ACTOR, now=now)
    with pytest.raises(InvalidPrice):
        extend(sold.pk, until=now + timedelta(days=91), actor=ACTOR, now=now)
    assert seen(sold, now + timedelta(days=20)) in {"grace", "expired"}


def test_what_was_cancelled_or_only_tried_ends_and_is_not_charged(market: Market) -> None:
    (offer,) = make_offers(["month"], trial_days=14)
    (other,) = make_offers(["month"], feature="check_in", kind="module")
    price(market, [offer, other], [[300, 300], [1000, 1000]])
    market.fund(50_000)
    tried = bought(market, offer, trial=True)
    sold = bought(market, other)
    cancel(sold.pk, actor=ACTOR)

    later = utc_now() + timedelta(days=40)

    assert (seen(tried, later), seen(sold, later)) == ("expired", "canceled")
    assert view_of(market.shop_wallet).balance_minor == 49_000
    with pytest.raises(UnknownSale):
        extend(sold.pk, until=later + timedelta(days=1), actor=ACTOR, now=later)
