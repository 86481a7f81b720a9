"""A settlement that is killed goes on where it was and pays nothing twice."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from secrets import token_hex
from uuid import UUID

import pytest

from kernel.ledger.services import Owner, balance, verify
from kernel.rewards.models import DueOrder, Earning, SettledLine, Settlement
from kernel.rewards.tests.work import LINES, due
from kernel.tenancy.context import TenantRef
from testkit.chaos import Nursery, kill_points

SETTLE = "kernel.rewards.tests.work:settle_all"


@pytest.fixture(scope="module")
def nursery(django_db_setup: None) -> Iterator[Nursery]:
    """A worker that forks the children to kill."""
    with Nursery("worker") as running:
        yield running


@pytest.fixture(
    params=[pytest.param(3, id="short"), pytest.param(40, id="long", marks=pytest.mark.soak)]
)
def rounds(request: pytest.FixtureRequest) -> int:
    """How many rounds: few in every run, forty in a soak."""
    return int(request.param)


def lines_of(name: str) -> Counter[tuple[str, int, int]]:
    keys = dict(DueOrder.objects.values_list("number", "order_key"))
    found = SettledLine.objects.filter(order_number__in=[
        number for number, key in keys.items() if key.startswith(f"{name}-")
    ])  # fmt: skip
    return Counter(
        (keys[one.order_number].removeprefix(f"{name}-"), one.level, one.minor) for one in found
    )


def booked_of(name: str) -> list[int]:
    """What those above have in their accounts of the money of a programme."""
    return [balance(Owner("member", UUID(int=at + 1)), f"money_{name}") for at in range(9)]


def test_a_killed_settlement_goes_on_and_pays_nothing_twice(
    shop: TenantRef, nursery: Nursery, rounds: int
) -> None:
    tenant = str(shop.id)
    dice = random.Random(seed := token_hex(4))
    print("seed", seed)
    due("model")
    model = nursery.run(SETTLE, tenant=tenant, name="model")
    assert model.result == LINES

    for number, point in enumerate(kill_points(rounds, statements=model.statements, dice=dice)):
        name = f"round{number}"
        programme = due(name)
        assert nursery.start(SETTLE, kill_at=point, tenant=tenant, name=name).wait().killed
        assert nursery.run(SETTLE, tenant=tenant, name=name).result == LINES
        assert lines_of(name) == lines_of("model")
        run = Settlement.objects.get(programme=programme)
        earned = Earning.objects.filter(settlement=run.id).values_list("minor", flat=True)
        assert sum(earned) == sum(minor for _, _, minor in lines_of("model").elements())
        assert booked_of(name) == booked_of("model")
        assert sum(booked_of(name)) == sum(earned)
    assert verify() == []
