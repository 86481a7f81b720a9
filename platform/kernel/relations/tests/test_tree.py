"""The closure is what follows from the sponsors, whatever was done in whatever order."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.common.errors import DomainError
from kernel.common.outbox.delivery import deliver_pending
from kernel.common.time import utc_now
from kernel.relations.closure import differences
from kernel.relations.errors import SubtreeMoving
from kernel.relations.models import Closure, Relation, SubtreeMove
from kernel.relations.services import advance_move, moving, release, transfer
from kernel.relations.tests.people import CLERK, NOW, bind, people, recomputed, sponsors, stored

pytestmark = pytest.mark.usefixtures("in_tenant_a")

MEMBERS = 8
NUMBERS = st.integers(0, MEMBERS - 1)
STEPS = st.lists(
    st.tuples(st.sampled_from(["bind", "transfer", "release", "advance"]), NUMBERS, NUMBERS),
    max_size=40,
)


class _Undo(Exception):
    """Leaves a block without its changes."""


def take(step: str, member_id: UUID, sponsor_id: UUID) -> None:
    steps: dict[str, Callable[[], object]] = {
        "bind": lambda: bind(member_id, sponsor_id),
        "transfer": lambda: transfer(member_id, sponsor_id, reason="x", actor=CLERK, now=NOW),
        "release": lambda: release(member_id, reason="x", actor=CLERK, now=NOW),
        "advance": advance_all_once,
    }
    with suppress(DomainError):
        steps[step]()


def advance_all_once() -> None:
    for move in SubtreeMove.objects.filter(finished_at=None):
        advance_move(move.pk, now=NOW)


def finish_moves() -> None:
    while SubtreeMove.objects.filter(finished_at=None).exists():
        advance_all_once()


@pytest.mark.parametrize("rows", [2, 20_000])
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_any_sequence_of_changes_leaves_the_closure_of_the_tree(
    monkeypatch: pytest.MonkeyPatch, rows: int, steps: list[tuple[str, int, int]]
) -> None:
    monkeypatch.setattr(moving, "ROWS_IN_BATCH", rows)
    with suppress(_Undo), transaction.atomic():
        members = people(MEMBERS)

        for step, member, sponsor in steps:
            take(step, members[member], members[sponsor])
            recomputed(sponsors())
        finish_moves()

        assert stored() == recomputed(sponsors())
        assert differences() == []
        raise _Undo


def test_a_large_move_goes_on_in_the_background_until_it_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(moving, "ROWS_IN_BATCH", 6)
    old, new, head, *team = people(13)
    bind(head, old)
    for member in team:
        bind(member, head)

    move = transfer(head, new, reason="x", actor=CLERK, now=NOW)
    assert move is not None
    assert not move.finished_at
    with pytest.raises(SubtreeMoving):
        transfer(new, old, reason="x", actor=CLERK, now=NOW)
    [late] = people(1)
    bind(late, team[-1])
    delivered = deliver_pending(clock=utc_now, limit=100)

    assert delivered >= 3
    assert SubtreeMove.objects.get().finished_at
    assert stored() == recomputed(sponsors())
    assert (new, late, 3) in stored()


@pytest.mark.parametrize(
    "size", [1_000, pytest.param(10_000, marks=pytest.mark.soak)], ids=["short", "long"]
)
def test_a_large_subtree_moves_in_short_batches(size: int) -> None:
    before, after = people(6), people(6)
    team = people(size)
    plant(before, after, team)
    head = team[0]
    seconds = []

    start = utc_now()
    move = transfer(head, after[-1], reason="x", actor=CLERK, now=NOW)
    seconds.append((utc_now() - start).total_seconds())
    assert move is not None
    ended = move.finished_at is not None
    while not ended:
        start = utc_now()
        ended = advance_move(move.pk, now=NOW)
        seconds.append((utc_now() - start).total_seconds())

    assert max(seconds) < 2
    assert Closure.objects.count() == sum(depth for depth in depths().values())
    assert stored() == recomputed(sponsors())


def plant(before: list[UUID], after: list[UUID], team: list[UUID]) -> None:
    """Make two chains, and a team of ten below each below the end of the first."""
    tree = dict(zip(before[1:], before, strict=False)) | dict(zip(after[1:], after, strict=False))
    tree[team[0]] = before[-1]
    tree |= {member: team[(number - 1) // 10] for number, member in enumerate(team) if number}
    Relation.objects.bulk_create(
        [
            Relation(member_id=member, sponsor_id=sponsor, bound_at=NOW, source="import")
            for member, sponsor in tree.items()
        ]
    )
    Closure.objects.bulk_create(
        [
            Closure(ancestor_id=above, descendant_id=below, depth=depth)
            for above, below, depth in recomputed(tree)
        ],
        batch_size=5_000,
    )


def depths() -> dict[UUID, int]:
    """Return how many are above each member."""
    tree = sponsors()
    found: dict[UUID, int] = {}
    for member in tree:
        above, depth = tree.get(member), 0
        while above is not None:
            above, depth = tree.get(above), depth + 1
        found[member] = depth
    return found
