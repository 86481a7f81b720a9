"""Rebuilds the closure below a member who moved, batch by batch.

The first batch commits together with the move itself. Each further one is asked
for by an event that the batch before it stored, so a process that dies costs one
batch at most. In between, members whose turn has not come still show their old
sponsors above; new leaves may be bound anywhere, and other subtrees wait.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.common.outbox.events import Envelope
from kernel.common.outbox.publishing import publish
from kernel.common.time import utc_now
from kernel.relations.closure import members_left, replace_above, shown_above
from kernel.relations.events import MoveWaits
from kernel.relations.locks import own_tree
from kernel.relations.models import SubtreeMove

# Rows written in one batch, about half a second.
ROWS_IN_BATCH: Final = 20_000


def begin_move(
    member_id: UUID,
    *,
    before: list[UUID],
    sponsor_id: UUID | None,
    now: datetime,
    at_once: bool = False,
) -> SubtreeMove:
    """Rebuild what fits into one batch, inside the transaction that owns the tree.

    The member's own rows are first. With ``at_once`` nothing is left for later.
    """
    replace_above([(member_id, 0)], before=before, sponsor_id=sponsor_id)
    move = SubtreeMove.objects.create(
        member_id=member_id,
        sponsor_after_id=sponsor_id,
        sponsors_before=[str(each) for each in before],
        moved=1,
        started_at=now,
    )
    while not _one_batch(move, now=now) and at_once:
        pass
    _ask_for_more(move)
    return move


@transaction.atomic
def advance_move(move_id: UUID, *, now: datetime) -> bool:
    """Rebuild one batch of a move; return whether it has ended. Repeating does no harm."""
    own_tree()
    move = SubtreeMove.objects.select_for_update().filter(pk=move_id, finished_at=None).first()
    if move is None:
        return True
    ended = _one_batch(move, now=now)
    _ask_for_more(move)
    return ended


def continue_move(event: MoveWaits, envelope: Envelope) -> None:
    """Go on with a move; what the outbox calls."""
    advance_move(event.move_id, now=utc_now())


def batch_size(*, before: int, after: int) -> int:
    """Return how many members fit into a batch, by how many are above them."""
    return max(1, ROWS_IN_BATCH // max(1, before + after))


def _one_batch(move: SubtreeMove, *, now: datetime) -> bool:
    before = [UUID(each) for each in move.sponsors_before]
    sponsor_id: UUID | None = move.sponsor_after_id
    size = batch_size(before=len(before), after=_height(sponsor_id))
    nearest = before[0] if before else None
    members = members_left(move.member_id, sponsor_id=sponsor_id, before=nearest, limit=size)
    if members:
        replace_above(members, before=before, sponsor_id=sponsor_id)
    move.moved += len(members)
    if len(members) < size:
        move.finished_at = now
    move.save(update_fields=["moved", "finished_at"])
    return move.finished_at is not None


def _ask_for_more(move: SubtreeMove) -> None:
    if move.finished_at is None:
        publish(MoveWaits(move_id=move.id), aggregate=f"relations.move:{move.id}")


def _height(sponsor_id: UUID | None) -> int:
    return 0 if sponsor_id is None else len(shown_above(sponsor_id)) + 1
