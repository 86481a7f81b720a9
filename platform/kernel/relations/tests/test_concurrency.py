"""Binds and moves that land together, on real connections."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connections

from kernel.common.errors import DomainError
from kernel.relations.closure import differences
from kernel.relations.errors import SponsorLoop, SponsorStands, SubtreeMoving
from kernel.relations.models import Relation, RelationChange, SubtreeMove
from kernel.relations.services import transfer
from kernel.relations.tests.people import CLERK, NOW, bind, people, recomputed, sponsors, stored
from kernel.tenancy.context import TenantRef, bind_context, tenant_context
from testkit.tenants import open_test_tenant

BINDS = 200
AT_ONCE = 20


@pytest.fixture
def tenant(committing: None) -> TenantRef:
    return open_test_tenant()


def together(
    tenant: TenantRef, pairs: list[tuple[UUID, UUID]], *, by_staff: bool = False
) -> list[type[DomainError] | None]:
    """Bind all pairs, many at the same moment; return how each was refused."""
    start = Barrier(AT_ONCE)

    def run(share: list[tuple[UUID, UUID]]) -> list[type[DomainError] | None]:
        try:
            start.wait(timeout=180)
            return [attempt(*pair) for pair in share]
        finally:
            connections.close_all()

    def attempt(member_id: UUID, sponsor_id: UUID) -> type[DomainError] | None:
        try:
            if by_staff:
                transfer(member_id, sponsor_id, reason="试验", actor=CLERK, now=NOW)
            else:
                bind(member_id, sponsor_id)
        except DomainError as refusal:
            return type(refusal)
        return None

    shares = [pairs[number::AT_ONCE] for number in range(AT_ONCE)]
    with tenant_context(tenant), ThreadPoolExecutor(AT_ONCE) as pool:
        return [each for done in pool.map(bind_context(run), shares) for each in done]


def sound() -> None:
    """Check that there is no loop, and that the closure follows the sponsors."""
    assert stored() == recomputed(sponsors())
    assert differences() == []
    assert not SubtreeMove.objects.filter(finished_at=None).exists()


def test_two_hundred_binds_together_make_no_loop(tenant: TenantRef) -> None:
    chance = random.Random(20)
    with tenant_context(tenant):
        members = people(60)
    pairs = [tuple(chance.sample(members, 2)) for _bind in range(BINDS)]

    refusals = together(tenant, pairs)  # type: ignore[arg-type]

    assert set(refusals) <= {None, SponsorLoop, SponsorStands}
    with tenant_context(tenant):
        assert Relation.objects.count() == RelationChange.objects.count() >= len(members) // 2
        sound()


def test_a_ring_that_all_want_to_close_at_once_stays_open(tenant: TenantRef) -> None:
    with tenant_context(tenant):
        members = people(AT_ONCE)
    ring = list(zip(members, [*members[1:], members[0]], strict=True))

    refusals = together(tenant, ring)

    assert refusals.count(None) == len(members) - 1
    assert refusals.count(SponsorLoop) == 1
    with tenant_context(tenant):
        sound()


def test_moves_and_binds_together_make_no_loop(tenant: TenantRef) -> None:
    chance = random.Random(7)
    with tenant_context(tenant):
        members = people(40)
        for member, sponsor in zip(members[1:30], members, strict=False):
            bind(member, sponsor)
    pairs = [tuple(chance.sample(members, 2)) for _move in range(100)]

    refusals = together(tenant, pairs, by_staff=True)  # type: ignore[arg-type]

    assert set(refusals) <= {None, SponsorLoop, SubtreeMoving}
    with tenant_context(tenant):
        sound()


def test_one_member_is_bound_once(tenant: TenantRef) -> None:
    with tenant_context(tenant):
        member, *others = people(AT_ONCE + 1)

    refusals = together(tenant, [(member, other) for other in others])

    assert refusals.count(None) == 1
    assert refusals.count(SponsorStands) == AT_ONCE - 1
    with tenant_context(tenant):
        sound()
