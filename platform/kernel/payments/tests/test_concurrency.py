"""Many at once on real connections."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kernel.common.errors import DomainError
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.ledger.services import TENANT, Owner, balance, verify
from kernel.payments.models import Attempt, Notice, Refund
from kernel.payments.services import cancel_intent, drive_refund, refund, sweep
from kernel.payments.tests.support import (
    KEY,
    STAFF,
    Goods,
    begun,
    bound,
    fresh,
    hear,
    member_with,
    stripe_values,
    wanted,
)
from kernel.tenancy.context import TenantRef, TenantThreadPool, tenant_context
from testkit.servers.stripe import StripeDouble
from testkit.tenants import open_test_tenant


@pytest.fixture
def tenant(committing: None) -> Iterator[TenantRef]:
    with tenant_context(open_test_tenant()) as ref:
        yield ref


def run_all(*works: object) -> list[object]:
    """Do all at once; return what each returned, or the refusal that it met."""
    from django.db import connection

    def done(work: object) -> object:
        try:
            return work()  # type: ignore[operator]
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with TenantThreadPool(len(works)) as pool:
        return [future.result() for future in [pool.submit(done, work) for work in works]]


def test_eight_notices_and_sweeps_at_once_pay_once(
    tenant: TenantRef, double: StripeDouble, goods: Goods
) -> None:
    binding, intent = bound("stripe", stripe_values()), wanted(1999)
    double.pay(KEY, begun(intent, binding).gateway_ref)

    run_all(
        *[lambda: hear(double, binding)] * 4,
        *[lambda: sweep(now=utc_now())] * 4,
    )

    assert goods.words == ["paid"]
    assert fresh(intent).captured_minor == 1999
    assert Notice.objects.count() == len(double.events())
    assert balance(TENANT, "cny") == 1999


def test_a_notice_and_a_cancellation_at_once_end_paid_or_given_back(
    tenant: TenantRef, double: StripeDouble, goods: Goods
) -> None:
    binding, intent = bound("stripe", stripe_values()), wanted(1999)
    double.pay(KEY, begun(intent, binding).gateway_ref)

    run_all(
        lambda: hear(double, binding),
        lambda: cancel_intent(intent.id, actor=STAFF, now=utc_now()),
    )
    sweep(now=utc_now())

    ended = fresh(intent)
    kept = ended.captured_minor - ended.refunded_minor
    assert (ended.state, kept) in {("paid", 1999), ("cancelled", 0)}
    assert verify() == []


def test_a_balance_is_spent_once_by_many_at_once(tenant: TenantRef, goods: Goods) -> None:
    binding, member = bound("wallet", {"asset": "cny"}), member_with(2500)
    intents = [wanted(1000, member=member) for _intent in range(6)]

    run_all(*[lambda intent=intent: begun(intent, binding) for intent in intents])

    assert goods.words == ["paid", "paid"]
    assert balance(Owner("member", member.id), "cny") == 500
    assert Attempt.objects.filter(failure="insufficient_balance").count() == 4


def test_many_refunds_at_once_give_back_no_more_than_was_paid(
    tenant: TenantRef, double: StripeDouble, goods: Goods
) -> None:
    binding, intent = bound("stripe", stripe_values()), wanted(1999)
    double.pay(KEY, begun(intent, binding).gateway_ref)
    hear(double, binding)

    def give(number: int) -> None:
        made = refund(
            intent.id,
            Money(500, "CNY"),
            key=f"r{number}",
            reason="",
            actor=STAFF,
            now=utc_now(),
        )
        for each in made:
            drive_refund(each.id, now=utc_now())

    run_all(*[lambda number=number: give(number) for number in range(6)])

    assert Refund.objects.filter(state="succeeded").count() == 3
    assert fresh(intent).refunded_minor == 1500
    assert sum(made["amount"] for made in double.made(KEY, "refund")) == 1500
    assert verify() == []


def test_sweeps_at_once_send_each_refund_once(
    tenant: TenantRef, double: StripeDouble, goods: Goods
) -> None:
    binding = bound("stripe", stripe_values())
    for _number in range(4):
        intent = wanted(1000)
        double.pay(KEY, begun(intent, binding).gateway_ref)
        cancel_intent(intent.id, actor=STAFF, now=utc_now())
    hear(double, binding)

    run_all(*[lambda: sweep(now=utc_now())] * 4)

    posts = [
        path for method, path in double.state.calls if (method, path) == ("POST", "/v1/refunds")
    ]
    assert len(posts) == 4
    assert balance(TENANT, "cny") == 0
