"""A draw is stopped where something is wrong with it; everybody can read why."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.rewards.draws.errors import DrawNotOpen, InvalidDraw, UnknownDraw
from kernel.rewards.draws.models import Draw, Reveal, Stop
from kernel.rewards.draws.services.locks import lock
from kernel.rewards.draws.services.revealing import reveal


@transaction.atomic
def stop(draw_id: UUID, *, reason: str, actor: Actor, now: datetime) -> Stop:
    """Stop a draw for good and tell its seed; what instant entries have won stays won.

    Raises:
        UnknownDraw: there is none.
        InvalidDraw: no reason is given.
        DrawNotOpen: it is over already.
    """
    lock(draw_id)
    draw = Draw.objects.filter(pk=draw_id).first()
    if draw is None:
        raise UnknownDraw
    why = reason.replace("\x00", "").strip()[:300]
    if not why:
        raise InvalidDraw
    if Stop.objects.filter(draw=draw).exists() or Reveal.objects.filter(draw=draw).exists():
        raise DrawNotOpen
    row = Stop(draw=draw, reason=why, stopped_by=actor.name[:120], stopped_at=now)
    row.save(force_insert=True)
    reveal(draw.pk, now=now)
    record(
        action="reward_draws.stopped",
        actor=actor,
        obj=draw,
        after={"name": str(draw)},
        reason=why,
        now=now,
    )
    return row
