"""What a move between partners costs each of them, and that nothing is sold meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channel_center.billing.errors import NotAvailableNow, ShopMoving
from channel_center.billing.models import Charge, Invoice, Offer, Subscription
from channel_center.billing.services.gifts import expire
from channel_center.billing.services.invariants import faults
from channel_center.billing.services.looking import look_at_due
from channel_center.billing.services.moving import PrepaidTime
from channel_center.billing.services.quoting import quote
from channel_center.billing.services.refunding import refund
from channel_center.billing.services.renewing import renew
from channel_center.billing.services.selling import buy
from channel_center.billing.services.wallets import top_up, view_of
from channel_center.billing.tests.samples import (
    ACTOR,
    Market,
    make_market,
    make_offers,
    price,
    put,
)
from channel_center.moves.money import Parties
from kernel.common.ids import uuid7
from kernel.tenancy.context import TenantRef, public_context
from tenants.choices import HoldKind, HoldLevel
from tenants.models import Tenant
from tenants.services.states import place_hold, release_hold

pytestmark = pytest.mark.usefixtures("db")

BOUGHT = datetime(2031, 4, 1, tzinfo=UTC)
# Twenty of the thirty days are left.
MOVED = datetime(2031, 4, 11, 9, 30, tzinfo=UTC)
KEY = UUID("00000000-0000-7000-8000-000000000001")


@pytest.fixture
def old(tenant_a: TenantRef) -> Market:
    return make_market(tenant_a.id, 2)


@pytest.fixture
def new(old: Market) -> Market:
    """Another chain, whose shop is not there yet."""
    made = make_market(old.tenant_id, 1)
    with public_context():
        Tenant.objects.filter(pk=old.tenant_id).update(channel_id=old.channels[-1])
    return made


def bought(market: Market, offer: Offer, *, now: datetime = BOUGHT) -> Subscription:
    asked = quote(market.tenant_id, offer.code, now=now)
    return buy(asked.token, tenant_id=market.tenant_id, actor=ACTOR, now=now).subscription


def between(old: Market, new: Market) -> Parties:
    return Parties(old.tenant_id, old.channels[-1], new.channels[-1])


def arrive(new: Market) -> None:
    with public_context():
        Tenant.objects.filter(pk=new.tenant_id).update(channel_id=new.channels[-1])


def balances(*markets: Market) -> list[int]:
    wallets = [m.wallet(level) for m in markets for level in range(len(m.channels))]
    return [view_of(each).balance_minor for each in [*wallets, markets[0].shop_wallet]]


def test_unused_time_goes_back_up_the_old_chain_and_the_new_one_pays_its_own_price(
    old: Market, new: Market
) -> None:
    (offer,) = make_offers(["month"])
    price(old, [offer], [[300], [451], [1000]])
    price(new, [offer], [[300], [1200]])
    old.fund(5000)
    put(new.wallet(0), 5000)
    bought(old, offer)
    assert balances(old, new) == [5151, 4549, 5000, 4000]
    legs, parties = PrepaidTime(), between(old, new)

    told: dict[str, list[tuple[int, bool]]] = {side: [] for side in ("giving", "receiving", "shop")}
    for line in legs.preview(parties, now=MOVED):
        told[line.side].append((line.amount.minor, line.credited))
    done = legs.settle(KEY, parties, now=MOVED)
    again = legs.settle(KEY, parties, now=MOVED + timedelta(hours=3))

    # 451 · 20/30 = 301 and 300 · 20/30 = 200, to the cent. The 4000 that the old partner holds
    # for the shop are the new one's now, and the shop has them as before.
    assert told == {
        "giving": [(301, True), (4000, False)],
        "receiving": [(200, False), (4000, True)],
        "shop": [(4000, True)],
    }
    assert balances(old, new) == [5050, 850, 8800, 4000]
    assert again == done
    assert faults() == []
    with public_context():
        papers = list(
            Invoice.objects.filter(issued_at=MOVED)
            .order_by("created_at", "id")
            .values_list("kind", "total_minor")
        )
        assert not Invoice.objects.filter(issued_at=MOVED).exclude(tenant=None).exists()
    assert sorted(papers) == [("credit", 200), ("credit", 301), ("invoice", 200)]
    legs.take_back(KEY, done, now=MOVED)
    legs.take_back(KEY, done, now=MOVED)
    assert balances(old, new) == [5151, 4549, 5000, 4000]
    assert faults() == []
    assert legs.settle(KEY, parties, now=MOVED) != done
    assert balances(old, new) == [5050, 850, 8800, 4000]


def test_after_a_move_the_shop_keeps_what_it_paid_and_renews_from_its_new_partner(
    old: Market, new: Market
) -> None:
    small, large = make_offers(["month", "month"])
    price(old, [small, large], [[300, 600], [450, 900], [900, 1800]])
    price(new, [small, large], [[300, 600], [900, 1800]])
    old.fund(5000)
    put(new.wallet(0), 5000)
    sold = bought(old, small)
    PrepaidTime().settle(KEY, between(old, new), now=MOVED)
    arrive(new)
    midnight = MOVED.replace(hour=0, minute=0)

    asked = quote(old.tenant_id, large.code, now=midnight)

    # Two thirds of 1800, less the two thirds of 900 that it had paid.
    assert (asked.billed.minor, asked.credit.minor, asked.due.minor) == (1200, 600, 600)
    assert [step.due_minor for step in asked.plan.steps] == [200, 600]
    end = sold.current_end
    assert end is not None
    charge = renew(sold.pk, actor=ACTOR, now=end)
    assert charge is not None
    assert charge.seller_id == new.channels[0]
    assert faults() == []


def test_what_the_new_partner_does_not_sell_or_cannot_pay_leaves_everything_as_it_was(
    old: Market, new: Market
) -> None:
    (offer,) = make_offers(["month"])
    price(old, [offer], [[300], [450], [1000]])
    old.fund(5000)
    bought(old, offer)
    before = balances(old, new)
    legs, parties = PrepaidTime(), between(old, new)
    assert {each.side for each in legs.preview(parties, now=MOVED)} == {
        "giving",
        "receiving",
        "shop",
    }
    done = legs.settle(KEY, parties, now=MOVED)
    assert balances(old, new)[-2:] == [before[-2] + 4000, before[-1]]
    legs.take_back(KEY, done, now=MOVED)
    assert balances(old, new) == before
    price(new, [offer], [[300], [1200]])

    with pytest.raises(NotAvailableNow):
        legs.settle(uuid7(), parties, now=MOVED)

    assert balances(old, new) == before
    with public_context():
        assert Charge.objects.get().ended_at is None


def test_a_balance_goes_with_its_shop_only_as_far_as_it_is_there_and_gifts_end(
    old: Market, new: Market
) -> None:
    put(old.shop_wallet, 700)
    until = MOVED + timedelta(days=90)
    top_up(old.shop_wallet, 300, source="gift", reference="g", actor=ACTOR, expires_at=until)
    legs, parties = PrepaidTime(), between(old, new)
    before = balances(old, new)

    # The old partner has spent what it holds for the shop: the move waits for it.
    with pytest.raises(NotAvailableNow):
        legs.settle(KEY, parties, now=MOVED)
    assert balances(old, new) == before == [0, 0, 0, 1000]
    put(old.wallet(1), 1000)
    done = legs.settle(KEY, parties, now=MOVED)
    again = legs.settle(KEY, parties, now=MOVED)

    assert again == done
    assert balances(old, new) == [0, 300, 700, 700]
    assert view_of(old.shop_wallet).gift_minor == 0
    with public_context():
        assert expire(until) == 0
    put(new.wallet(0), 10)
    legs.take_back(KEY, done, now=MOVED)
    legs.take_back(KEY, done, now=MOVED)
    assert balances(old, new) == [0, 1000, 10, 1000]
    assert view_of(old.shop_wallet).gift_minor == 300
    assert faults() == []


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)
@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 800))
def test_whatever_is_handed_over_and_back_adds_up(
    old: Market, new: Market, paid: int, given_to: int, has: int
) -> None:
    for wallet, minor in ((old.shop_wallet, paid), (old.wallet(1), has)):
        if minor:
            put(wallet, minor)
    if given_to:
        top_up(
            old.shop_wallet, given_to, source="gift", reference=uuid7().hex, actor=ACTOR,
            expires_at=MOVED,
        )  # fmt: skip
    held = view_of(old.shop_wallet)
    legs, parties, key, before = PrepaidTime(), between(old, new), uuid7(), balances(old, new)
    if view_of(old.wallet(1)).available_minor < held.cash_minor + held.credit_minor:
        with pytest.raises(NotAvailableNow):
            legs.settle(key, parties, now=MOVED)
        assert balances(old, new) == before
        return
    done = legs.settle(key, parties, now=MOVED)
    assert sum(balances(old, new)) == sum(before) - held.gift_minor
    assert faults() == []
    legs.take_back(key, done, now=MOVED)
    assert balances(old, new) == before
    assert faults() == []


def test_who_spent_what_came_back_owes_it_when_the_move_is_undone(old: Market, new: Market) -> None:
    (offer,) = make_offers(["month"])
    (other,) = make_offers(["one_off"], feature="check_in", kind="module")
    price(old, [offer, other], [[0, 0], [450, 300], [1000, 300]])
    price(new, [offer, other], [[300, 300], [1200, 1200]])
    put(old.wallet(1), 450)
    put(old.shop_wallet, 1000)
    put(new.wallet(0), 5000)
    bought(old, offer)
    legs = PrepaidTime()
    done = legs.settle(KEY, between(old, new), now=MOVED)
    assert view_of(old.wallet(1)).balance_minor == 300
    put(old.shop_wallet, 300)
    bought(old, other, now=MOVED)

    legs.take_back(KEY, done, now=MOVED)

    owing = view_of(old.wallet(1))
    assert (owing.balance_minor, owing.owed_minor, owing.available_minor) == (-300, 300, 0)
    put(old.wallet(1), 500)
    assert view_of(old.wallet(1)).balance_minor == 200
    assert faults() == []


def test_while_a_shop_is_moved_nothing_is_sold_renewed_or_given_back(old: Market) -> None:
    offer, large = make_offers(["month", "month"])
    price(old, [offer, large], [[300, 400], [450, 500], [1000, 2000]])
    old.fund(5000)
    sold = bought(old, offer)
    asked = quote(old.tenant_id, large.code, now=BOUGHT)
    before = balances(old)
    hold = place_hold(
        old.tenant_id, kind=HoldKind.TRANSFER, level=HoldLevel.WARNED, reason="", actor=ACTOR
    )
    end = sold.current_end
    assert end is not None
    with public_context():
        charge = Charge.objects.get()

    with pytest.raises(ShopMoving):
        quote(old.tenant_id, large.code, now=BOUGHT)
    with pytest.raises(ShopMoving):
        buy(asked.token, tenant_id=old.tenant_id, actor=ACTOR, now=BOUGHT)
    with pytest.raises(ShopMoving):
        renew(sold.pk, actor=ACTOR, now=end)
    with pytest.raises(ShopMoving):
        refund(charge.id, key="r", reason="x", actor=ACTOR, now=BOUGHT)
    with public_context():
        Subscription.objects.update(next_look_at=end)
    look_at_due(now=end)

    assert balances(old) == before
    with public_context():
        assert Charge.objects.count() == 1
        assert Subscription.objects.get().state == "active"
    release_hold(hold.pk, actor=ACTOR)
    look_at_due(now=end + timedelta(minutes=31))
    assert balances(old)[-1] == before[-1] - 1000
