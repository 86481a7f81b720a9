"""Issues a shop's API keys anew after a move."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from channel_center.moves.choices import MoveState
from channel_center.moves.errors import UnknownMove, WrongMoment
from channel_center.moves.models import Move
from kernel.access.models import Staff
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.keys.models import ApiKey
from kernel.keys.services.leaving import issue_anew
from kernel.tenancy.context import public_context

ISSUED = "issued"
"""Under this name a move keeps that its keys were issued anew."""


def ended_keys(move: Move) -> list[UUID]:
    """Return the keys that a move ended and nobody issued anew."""
    if move.state != MoveState.DONE or ISSUED in move.legs:
        return []
    return [UUID(each) for each in move.legs["access"]["keys"]]


@transaction.atomic
def issue_keys(
    move_id: UUID, *, tenant_id: UUID, by: Staff, actor: Actor, now: datetime
) -> list[tuple[ApiKey, str]]:
    """Make a key like each that a move ended, once; the texts are returned here alone.

    Raises:
        UnknownMove: the tenant has no such move.
        WrongMoment: it is not done, or the keys were issued already.
    """
    with public_context():
        rows = Move.objects.select_for_update(of=("self",)).filter(pk=move_id, tenant=tenant_id)
        move = rows.first()
    if move is None:
        raise UnknownMove
    keys = ended_keys(move)
    if not keys:
        raise WrongMoment(state=move.state)
    made = issue_anew(keys, by=by, actor=actor, now=now)
    record(action="moves.keys_issued", actor=actor, after={"number": len(made)}, now=now)
    with public_context():
        Move.objects.filter(pk=move.pk).update(legs={**move.legs, ISSUED: now.isoformat()})
    return made
