"""A settlement that is killed is posted as a whole or not at all."""

from __future__ import annotations

import random
from collections.abc import Iterator
from secrets import token_hex

import pytest

from kernel.ledger.models import Journal
from kernel.ledger.services import verify
from kernel.ledger.tests.samples import points
from kernel.ledger.tests.work import JOURNALS
from kernel.tenancy.context import TenantRef
from testkit.chaos import Nursery, kill_points

SETTLE = "kernel.ledger.tests.work:settle"


@pytest.fixture(scope="module")
def nursery(django_db_setup: None) -> Iterator[Nursery]:
    """A worker that forks the children to kill."""
    with Nursery("worker") as running:
        yield running


@pytest.fixture(
    params=[pytest.param(4, id="short"), pytest.param(50, id="long", marks=pytest.mark.soak)]
)
def rounds(request: pytest.FixtureRequest) -> int:
    """How many rounds: few in every run, fifty in a soak."""
    return int(request.param)


def posted(prefix: str) -> int:
    return Journal.objects.filter(key__startswith=f"{prefix}:").count()


def test_a_killed_settlement_is_whole_or_absent_and_repeats_exactly(
    books: TenantRef, nursery: Nursery, rounds: int
) -> None:
    points()
    tenant = str(books.id)
    dice = random.Random(seed := token_hex(4))
    print("seed", seed)
    nursery.run(SETTLE, tenant=tenant, prefix="opening of accounts")
    model = nursery.run(SETTLE, tenant=tenant, prefix="model")
    assert model.result == JOURNALS

    for number, point in enumerate(kill_points(rounds, statements=model.statements, dice=dice)):
        outcome = nursery.start(SETTLE, kill_at=point, tenant=tenant, prefix=f"{number}").wait()

        assert outcome.killed
        left = posted(f"{number}")
        assert left in {0, JOURNALS}
        assert verify() == []
        assert nursery.run(SETTLE, tenant=tenant, prefix=f"{number}").result == JOURNALS - left
        assert posted(f"{number}") == JOURNALS
        assert verify() == []


def test_a_settlement_killed_at_any_moment_is_whole_or_absent(
    books: TenantRef, nursery: Nursery, rounds: int
) -> None:
    points()
    dice = random.Random(seed := token_hex(4))
    print("seed", seed)

    for number in range(rounds):
        child = nursery.start(SETTLE, tenant=str(books.id), prefix=f"t{number}")
        child.kill_after(dice.uniform(0.02, 0.25))

        # The server may still be ending what the dead process had sent.
        nursery.run(SETTLE, tenant=str(books.id), prefix=f"t{number}")
        assert posted(f"t{number}") == JOURNALS
        assert verify() == []
