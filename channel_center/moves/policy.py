"""Who stands above both sides of a move, and whether a move needs their approval."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from channel_center.moves.choices import AskedBy
from channel_center.moves.models import MovePolicy
from channel_center.partners.services.standing import path_of
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.tenancy.context import public_context


@dataclass(frozen=True, slots=True)
class Approval:
    """Whose approval a move needs.

    Attributes:
        channel_id: the nearest partner above both sides; None for the operator.
    """

    is_needed: bool
    channel_id: UUID | None


def approval_for(
    giving_id: UUID | None, receiving_id: UUID | None, asked_side: AskedBy
) -> Approval:
    """Return whose approval a move needs: nobody's who wants it himself."""
    above = set(path_of(receiving_id)) if receiving_id is not None else set()
    path = path_of(giving_id) if giving_id is not None else []
    nearest = next((each for each in path if each in above), None)
    said_so = nearest == receiving_id
    if nearest == giving_id:
        said_so = said_so or asked_side == AskedBy.GIVING
    if nearest is None:
        said_so = said_so or asked_side == AskedBy.OPERATOR
    return Approval(not said_so and wants_approval(nearest), nearest)


def wants_approval(channel_id: UUID | None) -> bool:
    """Tell whether moves below a partner, or below the operator (None), need an approval."""
    row = MovePolicy.objects.filter(channel=channel_id).first()
    return row is None or row.needs_approval


@public_context()
@transaction.atomic
def set_policy(channel_id: UUID | None, *, needs_approval: bool, actor: Actor) -> None:
    """Want an approval of every move between those below, or of none."""
    before = wants_approval(channel_id)
    row = MovePolicy.objects.filter(channel=channel_id).first()
    row = row or MovePolicy(channel_id=channel_id)
    row.needs_approval = needs_approval
    row.save()
    if before != needs_approval:
        record(
            action="moves.policy_set",
            actor=actor,
            before={"needs_approval": before},
            after={"needs_approval": needs_approval},
        )
