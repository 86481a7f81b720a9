"""What is done about moves in the background; it signs in as the owner."""

from __future__ import annotations

from uuid import UUID

from channel_center.moves.models import Move
from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context
from kernel.tenancy.tasks import enqueue, tenant_task

_QUEUE = "provisioning"


@tenant_task(name="moves.write", queue=_QUEUE, scope="public")
def write(move: str, state: str) -> None:
    """Write to those whom a move concerns now."""
    from channel_center.moves.letters import write_about

    write_about(UUID(move), state)


@tenant_task(name="moves.tidy", queue=_QUEUE, scope="public")
def tidy() -> None:
    """End moves that wait for nobody any more, and take old names away."""
    from channel_center.moves.services.asking import expire
    from channel_center.moves.services.tidying import drop_old_names

    actor, now = Actor.system("moves.tidy"), utc_now()
    expire(now=now, actor=actor)
    drop_old_names(now=now, actor=actor)


def write_later(move: Move) -> None:
    """Have letters written once the caller's transaction commits."""
    with public_context():
        enqueue(write, move=move.pk.hex, state=str(move.state))
