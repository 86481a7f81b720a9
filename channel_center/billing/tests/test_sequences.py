"""Whatever is bought, changed, renewed and given back in which order: the books agree."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from secrets import token_hex

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channel_center.billing.models import Charge, ChargeStep, Licence, Offer, Subscription
from channel_center.billing.services.invariants import BooksDisagree, check, faults
from channel_center.billing.services.looking import look
from channel_center.billing.services.quoting import quote
from channel_center.billing.services.refunding import refund, refundable
from channel_center.billing.services.selling import buy, cancel
from channel_center.billing.services.wallets import view_of
from channel_center.billing.tests.samples import ACTOR, Market, make_market, make_offers, price
from channel_center.topups.models import Receiver, TopUpRequest
from kernel.common.errors import DomainError
from kernel.common.ids import uuid7
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, public_context

pytestmark = pytest.mark.usefixtures("db")

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["buy", "buy", "wait", "wait", "refund", "cancel", "keep"]),
        st.integers(0, 2),
        st.integers(1, 45),
    ),
    min_size=3,
    max_size=9,
)


@given(levels=st.integers(1, 4), steps=STEPS, money=st.integers(500, 40_000))
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_sequence_keeps_every_chain_right(
    tenant_a: TenantRef, levels: int, steps: list[tuple[str, int, int]], money: int
) -> None:
    with transaction.atomic():
        market = make_market(tenant_a.id, levels)
        offers = make_offers(["month", "month", "year"])
        asked = [(90, 210, 1500)] * (levels + 1)
        price(market, offers, [[each * n for each in row] for n, row in enumerate(asked, start=1)])
        market.fund(money)
        now = utc_now()
        for what, which, days in steps:
            now = taken(market, offers, what, which, days, now=now)
            assert right(market)
        transaction.set_rollback(True)


@public_context()
def taken(
    market: Market, offers: list[Offer], what: str, which: int, days: int, *, now: datetime
) -> datetime:
    """Take one step; a refusal is one of the outcomes."""
    rows = Subscription.objects.filter(tenant=market.tenant_id).order_by("-id")
    row = rows.first()
    try:
        with transaction.atomic():
            if what == "buy":
                bought(market, offers[which], now=now)
            elif what == "refund" and row is not None:
                charge = row.charges.order_by("-created_at")[0]
                part = refundable(charge, now=now).by_policy // (which + 1)
                refund(charge.id, key=token_hex(8), reason="x", minor=part, actor=ACTOR, now=now)
            elif what in {"cancel", "keep"} and row is not None:
                cancel(row.pk, actor=ACTOR, keep=what == "keep")
    except DomainError:
        return now
    if what != "wait":
        return now
    until = now + timedelta(days=days)
    for each in rows:
        while (at := Subscription.objects.get(pk=each.pk).next_look_at) is not None and at <= until:
            look(each.pk, now=at)
    return until


def bought(market: Market, offer: Offer, *, now: datetime) -> None:
    """Buy for what was shown before, or not at all."""
    before = view_of(market.shop_wallet).balance_minor
    shown = quote(market.tenant_id, offer.code, now=now)
    sale = buy(shown.token, tenant_id=market.tenant_id, actor=ACTOR, now=now)
    if sale.charge is not None:
        assert before - view_of(market.shop_wallet).balance_minor == shown.due.minor


@public_context()
def right(market: Market) -> bool:
    """Say what must hold at any time."""
    assert faults() == []
    partners = [market.wallet(level) for level in range(len(market.channels))]
    assert all(view_of(each).available_minor >= 0 for each in [*partners, market.shop_wallet])
    for step in ChargeStep.objects.all():
        assert step.credited_minor + step.refunded_minor <= step.billed_minor
    for row in Subscription.objects.filter(tenant=market.tenant_id):
        times = sorted(
            (each.period_start, each.ended_at or each.period_end)
            for each in Charge.objects.filter(subscription=row)
        )
        # No moment is charged twice.
        assert all(one[1] is not None and one[1] <= two[0] for one, two in pairwise(times))
    return True


def test_the_nightly_look_finds_what_was_tampered_with(tenant_a: TenantRef) -> None:
    market = make_market(tenant_a.id, 1)
    (offer,) = make_offers(["month"])
    price(market, [offer], [[300], [900]])
    market.fund(5000)
    now = utc_now()
    asked = quote(market.tenant_id, offer.code, now=now)
    sale = buy(asked.token, tenant_id=market.tenant_id, actor=ACTOR, now=now)
    assert faults() == []

    def rules() -> set[str]:
        return {each.rule for each in faults()}

    with public_context():
        assert sale.charge is not None
        steps = ChargeStep.objects.filter(charge=sale.charge, level=0)
        steps.update(billed_minor=299)
        assert rules() == {"postings equal the prices of the chain"}
        steps.update(billed_minor=300)
        twice = Charge.objects.get(pk=sale.charge.pk)
        twice.pk, twice.key = uuid7(), "again"
        twice.period_start += timedelta(days=1)
        twice.journal_id = None
        twice.save(force_insert=True)
        assert rules() == {"no period is billed twice"}
        Charge.objects.filter(pk=twice.pk).delete()
        Licence.objects.update(grant_source="elsewhere")
        assert rules() == {"no right without a licence", "no paid licence without its right"}
        TopUpRequest.objects.create(
            receiver=Receiver.objects.get_or_create(channel=None)[0],
            wallet=market.shop_wallet, method="stripe", state="open", amount_minor=100,
            currency="CNY", made_by="x", created_at=now, next_check_at=now - timedelta(hours=2),
        )  # fmt: skip
        assert "a top-up is asked about in time" in rules()
    with pytest.raises(BooksDisagree):
        check()
