"""Whatever is bought: what was shown is what is charged, at each level of the chain."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channel_center.billing.choices import ChargeKind
from channel_center.billing.models import ChargeStep, Offer
from channel_center.billing.services.quoting import quote
from channel_center.billing.services.selling import Sale, buy
from channel_center.billing.services.wallets import view_of
from channel_center.billing.tests.samples import ACTOR, Market, make_market, make_offers, price
from channel_center.billing.values import Quote
from kernel.common.errors import DomainError
from kernel.tenancy.context import TenantRef, public_context

pytestmark = pytest.mark.usefixtures("db")

NOW = datetime(2031, 1, 31, 23, 59, 30, tzinfo=UTC)
TERMS = ("month", "month", "year", "one_off", "perpetual")
PLAN = st.lists(
    st.tuples(
        st.integers(0, len(TERMS) - 1),
        st.integers(1, 3),
        st.booleans(),
        st.integers(0, 40 * 24 * 3600),
    ),
    min_size=2,
    max_size=5,
)
# A path through every kind of purchase, whatever else is found.
EVERY = [(0, 1, True, 0), (0, 1, False, 60), (1, 2, False, 9_000), (0, 1, False, 77)]
LATER = [(0, 1, False, 0), (0, 1, False, 40 * 24 * 3600), (3, 1, False, 5), (4, 1, False, 5)]


@given(levels=st.integers(0, 3), amounts=st.lists(st.integers(0, 99_999), min_size=4), plan=PLAN)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_is_shown_is_charged_for_anything(
    tenant_a: TenantRef, levels: int, amounts: list[int], plan: list[tuple[int, int, bool, int]]
) -> None:
    played(tenant_a, levels, amounts, plan)


def test_what_is_shown_is_charged_for_every_kind_of_purchase(tenant_a: TenantRef) -> None:
    kinds = played(tenant_a, 2, [701, 1203, 2999, 9_001], EVERY)
    kinds |= played(tenant_a, 2, [701, 1203, 2999, 9_001], LATER)

    assert kinds == {"trial", "purchase", "upgrade", "downgrade", "renewal"}


def played(
    tenant: TenantRef, levels: int, amounts: list[int], plan: list[tuple[int, int, bool, int]]
) -> set[str]:
    """Buy step by step; return the kinds of purchases that there were."""
    kinds, now = set(), NOW
    with transaction.atomic():
        market = make_market(tenant.id, levels)
        offers = make_offers(TERMS, trial_days=7)
        price(market, offers, [[n * a for n in range(1, 6)] for a in amounts[: levels + 1]])
        market.fund(10**9)
        for which, quantity, as_trial, seconds in plan:
            now += timedelta(seconds=seconds)
            try:
                with transaction.atomic():
                    kinds.add(bought(market, offers[which], quantity, as_trial, now=now))
            except DomainError:
                continue
        transaction.set_rollback(True)
    return kinds


def bought(market: Market, offer: Offer, quantity: int, as_trial: bool, *, now: datetime) -> str:
    """Look, look again, and buy some minutes later at what was shown first."""
    shown = quote(market.tenant_id, offer.code, quantity=quantity, as_trial=as_trial, now=now)
    again = quote(market.tenant_id, offer.code, quantity=quantity, as_trial=as_trial, now=now)
    assert again.plan == shown.plan
    before = balances(market)
    later = now + timedelta(minutes=14)
    sale = buy(shown.token, tenant_id=market.tenant_id, actor=ACTOR, now=later)
    assert differences(before, balances(market)) == expected(market, shown)
    written_as_shown(sale, shown)
    return str(shown.kind)


def balances(market: Market) -> list[int]:
    wallets = [market.wallet(level) for level in range(len(market.channels))]
    return [view_of(each).balance_minor for each in [*wallets, market.shop_wallet]]


def differences(before: list[int], after: list[int]) -> list[int]:
    return [two - one for one, two in zip(before, after, strict=True)]


def expected(market: Market, shown: Quote) -> list[int]:
    """Return what each wallet must have more or less of, from what was shown alone."""
    due = [step.due_minor for step in shown.plan.steps]
    # A partner pays the level above and is paid by the partner below, not by the shop.
    between = [*due[:-1], 0]
    partners = [between[n + 1] - between[n] for n in range(len(market.channels))]
    return [*partners, -due[-1]]


@public_context()
def written_as_shown(sale: Sale, shown: Quote) -> None:
    if sale.charge is None:
        assert shown.kind == ChargeKind.DOWNGRADE
        assert shown.due.minor == 0
        return
    rows = ChargeStep.objects.filter(charge=sale.charge).order_by("level")
    written = [(row.price_minor, row.billed_minor, row.credit_minor) for row in rows]
    assert written == [(s.price_minor, s.billed_minor, s.credit_minor) for s in shown.plan.steps]
    period = (sale.charge.period_start, sale.charge.period_end)
    assert period == (shown.starts_at, shown.ends_at)
