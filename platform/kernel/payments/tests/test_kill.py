"""A process killed at any statement leaves every payment and refund made exactly once."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kernel.audit.models import AuditEntry
from kernel.common.time import utc_now
from kernel.ledger.services import TENANT, Owner, balance, verify
from kernel.payments import payables
from kernel.payments.choices import IntentState
from kernel.payments.models import PaymentIntent
from kernel.payments.services import sweep
from kernel.payments.tests.kill_work import WrittenGoods
from kernel.payments.tests.support import (
    GOODS,
    HOOK_SECRET,
    KEY,
    begun,
    bound,
    fresh,
    hear,
    member_with,
    stripe_values,
    wanted,
)
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.chaos import Nursery, kill_points
from testkit.servers.stripe import StripeDouble
from testkit.servers.stripe.events import signature
from testkit.tenants import open_test_tenant

WORK = "kernel.payments.tests.kill_work"
PRICE = 1000


@pytest.fixture
def tenant(committing: None, goods: object) -> Iterator[TenantRef]:
    """A tenant of the test's own, entered; what is paid there is written down."""
    payables.register(GOODS, WrittenGoods())
    with tenant_context(open_test_tenant()) as ref:
        yield ref


@pytest.fixture(scope="module")
def nursery(_double: StripeDouble, root_keys: Path, django_db_setup: None) -> Iterator[Nursery]:
    """Processes that know the double, the root key and this run's database."""
    environment = {
        "STOA_STRIPE_API_BASE": _double.url,
        "STOA_SECRETS_KEYS_DIR": str(root_keys),
    }
    with Nursery("store", environment) as running:
        yield running


def heard(action: str, intent: PaymentIntent) -> int:
    return AuditEntry.objects.filter(action=action, object_id=intent.payable_id.hex).count()


def end_all() -> None:
    """Sweep as the schedule would, minute after minute, until nothing is left to do."""
    for minutes in (2, 4, 10, 20):
        sweep(now=utc_now() + timedelta(minutes=minutes))


def test_a_killed_payment_is_made_once(tenant: TenantRef, nursery: Nursery) -> None:
    _pay_rounds(tenant, nursery, rounds=3)


@pytest.mark.soak
def test_fifty_killed_payments_are_made_once(tenant: TenantRef, nursery: Nursery) -> None:
    _pay_rounds(tenant, nursery, rounds=50)


def _pay_rounds(tenant: TenantRef, nursery: Nursery, *, rounds: int) -> None:
    binding = bound("wallet", {"asset": "cny"})
    member = member_with(PRICE * (rounds + 1))

    def told(intent: PaymentIntent) -> dict[str, object]:
        return {"tenant": tenant.id, "intent": intent.id, "binding": binding.id}

    whole = nursery.run(f"{WORK}:pay", **told(wanted(PRICE, member=member)))
    intents, killed = [], 0
    for point in kill_points(rounds, statements=whole.statements, dice=random.Random(rounds)):
        intent = wanted(PRICE, member=member)
        killed += nursery.start(f"{WORK}:pay", kill_at=point, **told(intent)).wait().killed
        intents.append(intent)
    end_all()
    for intent in intents:
        # What died before anything was prepared is begun again by the payer.
        if fresh(intent).state != IntentState.PAID:
            nursery.run(f"{WORK}:pay", key="again", **told(intent))
    end_all()

    assert killed > rounds // 2
    assert [fresh(intent).state for intent in intents] == [IntentState.PAID] * rounds
    assert [heard("tests.paid", intent) for intent in intents] == [1] * rounds
    assert balance(Owner("member", member.id), "cny") == 0
    assert balance(TENANT, "cny") == PRICE * (rounds + 1)
    assert verify() == []


@pytest.mark.parametrize(
    "rounds", [pytest.param(3, id="short"), pytest.param(50, id="long", marks=pytest.mark.soak)]
)
def test_who_dies_between_the_payment_and_its_booking_leaves_it_to_the_sweeper(
    tenant: TenantRef, nursery: Nursery, double: StripeDouble, rounds: int
) -> None:
    binding = bound("stripe", stripe_values())
    intents = [wanted(PRICE) for _number in range(rounds + 2)]
    for intent in intents:
        double.pay(KEY, begun(intent, binding).gateway_ref)

    def told(event: dict[str, object]) -> dict[str, object]:
        body = json.dumps(event)
        signed = signature(body.encode(), HOOK_SECRET)
        return {"tenant": tenant.id, "binding": binding.id, "body": body, "signature": signed}

    events = double.events("checkout.session.completed")
    # The first one opens accounts besides.
    nursery.run(f"{WORK}:hear", **told(events.pop()))
    whole = nursery.run(f"{WORK}:hear", **told(events.pop()))
    points = kill_points(rounds, statements=whole.statements, dice=random.Random(rounds))
    for event, point in zip(events, points, strict=True):
        assert nursery.start(f"{WORK}:hear", kill_at=point, **told(event)).wait().killed
    end_all()
    end_all()

    assert [fresh(intent).state for intent in intents] == [IntentState.PAID] * len(intents)
    assert [heard("tests.paid", intent) for intent in intents] == [1] * len(intents)
    assert balance(TENANT, "cny") == PRICE * len(intents)
    assert verify() == []


def test_a_killed_refund_is_made_once(
    tenant: TenantRef, nursery: Nursery, double: StripeDouble
) -> None:
    _refund_rounds(tenant, nursery, double, rounds=3)


@pytest.mark.soak
def test_fifty_killed_refunds_are_made_once(
    tenant: TenantRef, nursery: Nursery, double: StripeDouble
) -> None:
    _refund_rounds(tenant, nursery, double, rounds=50)


def _refund_rounds(
    tenant: TenantRef, nursery: Nursery, double: StripeDouble, *, rounds: int
) -> None:
    binding = bound("stripe", stripe_values())
    intents = []
    for _number in range(rounds + 1):
        intent = wanted(PRICE)
        double.pay(KEY, begun(intent, binding).gateway_ref)
        intents.append(intent)
    hear(double, binding)

    def told(intent: PaymentIntent) -> dict[str, object]:
        return {"tenant": tenant.id, "intent": intent.id, "minor": 400}

    whole = nursery.run(f"{WORK}:give_back", **told(intents.pop()))
    points = kill_points(rounds, statements=whole.statements, dice=random.Random(rounds))
    for intent, point in zip(intents, points, strict=True):
        nursery.start(f"{WORK}:give_back", kill_at=point, **told(intent)).wait()
    end_all()
    for intent in intents:
        nursery.run(f"{WORK}:give_back", **told(intent))
    end_all()

    assert [fresh(intent).refunded_minor for intent in intents] == [400] * rounds
    assert [heard("tests.refunded", intent) for intent in intents] == [1] * rounds
    assert [made["amount"] for made in double.made(KEY, "refund")] == [400] * (rounds + 1)
    assert balance(TENANT, "cny") == (PRICE - 400) * (rounds + 1)
    assert verify() == []
