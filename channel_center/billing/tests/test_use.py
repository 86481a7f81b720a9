"""What is paid by use is charged after each period, once, for what the meter said then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channel_center.billing.choices import ChargeKind
from channel_center.billing.errors import BelowWholesale, InvalidPrice, NotSellable
from channel_center.billing.models import (
    Charge,
    Invoice,
    Offer,
    PriceLine,
    Reading,
    Subscription,
)
from channel_center.billing.services.invariants import faults
from channel_center.billing.services.lists import draft_list, publish_list, set_line
from channel_center.billing.services.looking import look
from channel_center.billing.services.metering import units_after, units_of
from channel_center.billing.services.moving import PrepaidTime
from channel_center.billing.services.offering import define_edition, define_offer, define_product
from channel_center.billing.services.quoting import quote
from channel_center.billing.services.renewing import renew
from channel_center.billing.services.selling import buy, cancel
from channel_center.billing.services.wallets import view_of
from channel_center.billing.tests.samples import (
    ACTOR,
    NAMES,
    Market,
    make_market,
    make_offers,
    price,
    put,
)
from channel_center.billing.tiers import checked_tiers, unit_minor, units_minor
from channel_center.moves.money import Parties
from kernel.common.ids import uuid7
from kernel.notifications.models import Message
from kernel.quotas.meters import meter_of
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from tenants.models import Grant, Tenant

pytestmark = pytest.mark.usefixtures("db")

BEGUN = datetime(2031, 4, 1, tzinfo=UTC)
ENDS = datetime(2031, 5, 1, tzinfo=UTC)


@pytest.fixture
def market(tenant_a: TenantRef) -> Market:
    return make_market(tenant_a.id, 1)


@pytest.fixture
def by_use(market: Market) -> Offer:
    """Text messages at 8 cents, 3 for the partner; ten of each period are included."""
    with public_context():
        product = define_product("texts", kind="quota", names=NAMES, feature="sms", actor=ACTOR)
        edition = define_edition(product, "use", limits={"soft": 10})
        offer = define_offer(edition, "texts.use", term="usage", meter="sms")
    price(market, [offer], [[3], [8]])
    return offer


def bought(market: Market, offer: Offer) -> Subscription:
    asked = quote(market.tenant_id, offer.code, now=BEGUN)
    assert (asked.due.minor, asked.price.minor) == (0, 8)
    return buy(asked.token, tenant_id=market.tenant_id, actor=ACTOR, now=BEGUN).subscription


def send(tenant: TenantRef, number: int, *, at: datetime) -> None:
    """Send text messages at a moment."""
    with tenant_context(tenant):
        rows = Message.objects.bulk_create(
            Message(
                key=uuid4(), kind="test", channel="sms", recipient="+8613800000000",
                language="zh-hans", body="x", state="sent", next_at=at,
            )
            for _each in range(number)
        )  # fmt: skip
        Message.objects.filter(pk__in=[row.pk for row in rows]).update(created_at=at)


def balances(market: Market) -> list[int]:
    return [view_of(each).balance_minor for each in (market.wallet(0), market.shop_wallet)]


def test_a_period_is_charged_once_for_what_is_above_what_is_included(
    market: Market, by_use: Offer, tenant_a: TenantRef
) -> None:
    market.fund(5000)
    sold = bought(market, by_use)
    assert sold.current_end == ENDS
    send(tenant_a, 3, at=BEGUN - timedelta(seconds=1))
    send(tenant_a, 12, at=BEGUN)
    send(tenant_a, 5, at=ENDS - timedelta(seconds=1))
    send(tenant_a, 4, at=ENDS)

    look_at(sold, ENDS + timedelta(hours=1))
    send(tenant_a, 9, at=ENDS - timedelta(days=1))
    look_at(sold, ENDS + timedelta(hours=2))
    assert renew(sold.pk, actor=ACTOR, now=ENDS + timedelta(hours=3)) is None

    # Seventeen within the period, ten included; those that were counted late change nothing.
    assert balances(market) == [5000 - 7 * 3, 5000 - 7 * 8]
    with public_context():
        charge = Charge.objects.get(kind=ChargeKind.USAGE)
        assert (charge.quantity, charge.period_start, charge.period_end) == (7, BEGUN, ENDS)
        totals = Invoice.objects.order_by("step__level").values_list("total_minor", flat=True)
        assert list(totals) == [21, 56]
        assert Grant.objects.get(feature="sms", revoked_at=None).limits == {"soft": 10}
    assert faults() == []
    look_at(sold, datetime(2031, 6, 1, 1, tzinfo=UTC))
    # Four in the next period are less than what is included.
    assert balances(market) == [4979, 4944]


def test_who_cannot_pay_is_overdue_and_pays_later_for_the_same_units(
    market: Market, by_use: Offer, tenant_a: TenantRef
) -> None:
    put(market.wallet(0), 1000)
    sold = bought(market, by_use)
    send(tenant_a, 20, at=BEGUN)
    look_at(sold, ENDS + timedelta(hours=1))
    with public_context():
        assert Subscription.objects.get(pk=sold.pk).state == "past_due"
        assert not Charge.objects.filter(kind=ChargeKind.USAGE).exists()
        assert Reading.objects.get().used == 20
    send(tenant_a, 30, at=BEGUN)
    put(market.shop_wallet, 100)

    look_at(sold, ENDS + timedelta(days=2))

    assert balances(market) == [1000 - 30, 20]
    with public_context():
        assert Subscription.objects.get(pk=sold.pk).state == "active"
        assert Reading.objects.get().charge is not None


def test_the_last_period_is_owed_though_it_was_cancelled_and_a_top_up_pays_it(
    market: Market, by_use: Offer, tenant_a: TenantRef
) -> None:
    put(market.wallet(0), 1000)
    sold = bought(market, by_use)
    send(tenant_a, 20, at=BEGUN)
    cancel(sold.pk, actor=ACTOR)

    look_at(sold, ENDS + timedelta(hours=1))
    look_at(sold, ENDS + timedelta(days=9))

    owing = view_of(market.shop_wallet)
    assert (owing.balance_minor, owing.owed_minor, owing.available_minor) == (-80, 80, 0)
    put(market.shop_wallet, 100)
    assert view_of(market.shop_wallet).balance_minor == 20
    with public_context():
        assert Subscription.objects.get(pk=sold.pk).state == "canceled"
    assert faults() == []


def test_a_shop_that_moves_owes_its_old_partner_what_it_used_there(
    market: Market, by_use: Offer, tenant_a: TenantRef
) -> None:
    market.fund(1000)
    bought(market, by_use)
    other = make_market(market.tenant_id, 1)
    price(other, [by_use], [[3], [20]])
    with public_context():
        Tenant.objects.filter(pk=market.tenant_id).update(channel_id=market.channels[0])
    send(tenant_a, 20, at=BEGUN)
    cut = BEGUN + timedelta(days=10, hours=5)

    parties = Parties(market.tenant_id, market.channels[0], other.channels[0])
    PrepaidTime().settle(uuid7(), parties, now=cut)

    # What it had left went with it: the old partner holds nothing for it any more.
    assert balances(market) == [970 - 920, 920]
    send(tenant_a, 15, at=cut + timedelta(days=1))
    with public_context():
        Tenant.objects.filter(pk=market.tenant_id).update(channel_id=other.channels[0])
        sold = Subscription.objects.get()
    put(other.wallet(0), 100)
    look_at(sold, ENDS + timedelta(hours=1))
    # The ten that the period includes were used up before the cut.
    assert view_of(other.wallet(0)).balance_minor == 920 + 100 - 15 * 3
    assert balances(market) == [50, 920 - 15 * 20]
    send(tenant_a, 12, at=ENDS)
    put(other.wallet(0), 100)
    look_at(sold, datetime(2031, 6, 1, 1, tzinfo=UTC))
    # The next period includes ten again.
    assert view_of(other.wallet(0)).balance_minor == 920 + 155 - 2 * 3
    assert faults() == []


def test_more_costs_less_for_each_and_parts_of_a_period_go_on_where_they_were(
    market: Market, by_use: Offer, tenant_a: TenantRef
) -> None:
    market.fund(5000)
    # From the 6th on 5 instead of 8, from the 11th on 4; the partner pays 3, from the 8th on 2.
    for level, tiers in enumerate([[(7, 2)], [(5, 5), (10, 4)]]):
        owner = market.channels[level - 1] if level else None
        audience = "shop" if level else "partner"
        with public_context():
            row = draft_list(owner, audience=audience, currency="CNY", actor=ACTOR)
            set_line(
                row.id,
                by_use.code,
                amount_minor=[3, 8][level],
                tiers=tiers,
                owner_id=owner,
                actor=ACTOR,
            )
            publish_list(row.id, owner_id=owner, actor=ACTOR, valid_from=None)
    sold = bought(market, by_use)
    send(tenant_a, 10 + 12, at=BEGUN)

    look_at(sold, ENDS + timedelta(hours=1))

    # Ten are included: five at 8, five at 5, two at 4; seven at 3 and five at 2.
    assert balances(market) == [5000 - 7 * 3 - 5 * 2, 5000 - 5 * 8 - 5 * 5 - 2 * 4]
    assert faults() == []


@given(
    st.integers(0, 50),
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 50)), max_size=4),
    st.lists(st.integers(0, 30), max_size=6),
)
def test_parts_of_a_period_cost_together_what_it_costs_at_once(
    amount: int, steps: list[tuple[int, int]], parts: list[int]
) -> None:
    tiers = checked_tiers(sorted(dict(steps).items()))
    before = [sum(parts[:turn]) for turn in range(len(parts))]
    cut = sum(
        units_minor(amount, tiers, before=done, units=units)
        for done, units in zip(before, parts, strict=True)
    )
    each = sum(unit_minor(amount, tiers, unit) for unit in range(1, sum(parts) + 1))
    assert cut == units_minor(amount, tiers, before=0, units=sum(parts)) == each


def test_tiers_that_lose_or_are_out_of_order_are_refused(market: Market, by_use: Offer) -> None:
    with public_context():
        owner = market.channels[0]
        row = draft_list(owner, audience="shop", currency="CNY", actor=ACTOR)
        monthly = define_offer(by_use.edition, "texts.monthly", term="month")
    for code, tiers, refusal in (
        (by_use.code, [(100, 2)], BelowWholesale),
        (by_use.code, [(100, 5), (100, 4)], InvalidPrice),
        (by_use.code, [(0, 5)], InvalidPrice),
        (by_use.code, [(5, -1)], InvalidPrice),
        (monthly.code, [(5, 5)], InvalidPrice),
    ):
        with pytest.raises(refusal):
            set_line(row.id, code, amount_minor=8, tiers=tiers, owner_id=owner, actor=ACTOR)
    with public_context():
        assert not PriceLine.objects.filter(price_list=row).exists()


def test_by_use_follows_nothing_that_was_paid_otherwise_and_files_count_by_gigabytes(
    market: Market, by_use: Offer
) -> None:
    market.fund(1000)
    bought(market, by_use)
    with public_context():
        monthly = define_offer(by_use.edition, "texts.month", term="month")
    price(market, [by_use, monthly], [[3, 10], [8, 50]])

    with pytest.raises(NotSellable):
        quote(market.tenant_id, monthly.code, now=BEGUN + timedelta(days=1))
    # Nor once the period is over: only its renewal charges what was used.
    for offer in (monthly, by_use):
        with pytest.raises(NotSellable):
            quote(market.tenant_id, offer.code, now=ENDS + timedelta(days=1))
    with pytest.raises(NotSellable):
        quote(market.tenant_id, make_offers(["month"])[0].code, quantity=0)
    media = meter_of("media")
    assert [units_of(media, used, 10**9) for used in (10**9, 10**9 + 1, 3 * 10**9)] == [0, 1, 2]


@given(
    st.lists(st.integers(0, 5 * 10**9), min_size=1, max_size=6),
    st.integers(0, 8 * 10**9),
    st.sampled_from(["sms", "media"]),
)
def test_a_period_that_is_cut_is_charged_like_one_that_is_not(
    used: list[int], included: int, name: str
) -> None:
    meter = meter_of(name)
    cut = [units_after(meter, used[:turn], each, included) for turn, each in enumerate(used)]
    whole = sum(used) if meter.begins_anew else max(used)

    assert sum(cut) == units_of(meter, whole, included)
    assert min(cut) >= 0


@public_context()
def look_at(subscription: Subscription, until: datetime) -> None:
    for _turn in range(40):
        row = Subscription.objects.get(pk=subscription.pk)
        if row.next_look_at is None or row.next_look_at > until:
            return
        look(row.pk, now=row.next_look_at)
    raise AssertionError("the clock does not come to rest")
