"""Members and trees for these tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.common.ids import uuid7
from kernel.members.models import Member
from kernel.relations.choices import Source
from kernel.relations.models import Closure, Relation
from kernel.relations.services import contact

NOW = datetime(2024, 5, 20, 4, 0, tzinfo=UTC)
CLERK = Actor("staff", "stf_clerk", "李文")
VISITOR = Actor.system("tests")


def people(count: int) -> list[UUID]:
    """Make members; return their ids, in key order."""
    rows = [
        Member(id=uuid7(), login=f"{uuid7().hex}@example.com", name=f"会员{number}")
        for number in range(count)
    ]
    Member.objects.bulk_create(rows)
    return sorted(row.id for row in rows)


def bind(
    member_id: UUID, sponsor_id: UUID, *, now: datetime = NOW, is_new: bool = True
) -> Relation:
    """Bind by a link."""
    return contact(member_id, sponsor_id, source=Source.LINK, actor=VISITOR, now=now, is_new=is_new)


def sponsors() -> dict[UUID, UUID]:
    """Return who is whose sponsor."""
    return dict(Relation.objects.values_list("member_id", "sponsor_id"))


def recomputed(tree: Mapping[UUID, UUID]) -> set[tuple[UUID, UUID, int]]:
    """Return the closure that follows from a tree.

    Raises:
        AssertionError: the tree has a loop.
    """
    pairs = set()
    for member_id in tree:
        above, depth = tree.get(member_id), 0
        while above is not None:
            depth += 1
            assert above != member_id, "a loop"
            assert depth <= len(tree), "a loop above"
            pairs.add((above, member_id, depth))
            above = tree.get(above)
    return pairs


def stored() -> set[tuple[UUID, UUID, int]]:
    """Return the closure as it is stored."""
    return set(Closure.objects.values_list("ancestor_id", "descendant_id", "depth"))
