"""What a move does once everybody agreed: legs that are each done once, or taken back.

A leg is one transaction together with the note of what it did, so a killed worker costs
one leg at most, and the next goes on behind the last one that was finished. When a leg
is refused, those before it are taken back in the other order, each in a transaction
together with the note that it is undone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias
from uuid import UUID

from django.db import transaction

from channel_center.moves.choices import MoveState
from channel_center.moves.errors import UnknownMove
from channel_center.moves.models import Move
from channel_center.moves.services import legs
from channel_center.moves.tasks import write_later
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.time import utc_now
from tenants.choices import JobKind
from tenants.models import Job
from tenants.services import jobs
from tenants.services.jobs import Step
from tenants.services.steps.shared import actor_of

Forward: TypeAlias = Callable[[Move, Actor], dict[str, Any]]
Back: TypeAlias = Callable[[Move, dict[str, Any], Actor], None]


@dataclass(frozen=True, slots=True)
class Leg:
    """One step of a move, and how it is taken back from what it noted."""

    name: str
    forward: Forward
    back: Back


LEGS = (
    Leg("freeze", legs.freeze, legs.thaw),
    Leg("settle", legs.settle, legs.take_back),
    Leg("own", legs.hand_over, legs.hand_back),
    Leg("accounts", legs.part_accounts, legs.join_accounts),
    Leg("access", legs.end_access, legs.restore_access),
    Leg("finish", legs.finish, legs.stay),
)


def define_steps() -> None:
    """Register the steps; called at start."""
    steps = [Step(leg.name, partial(_go, leg)) for leg in LEGS]
    jobs.define(JobKind.TRANSFER, steps, undo=_undo)


def _go(leg: Leg, job: Job) -> None:
    move = _locked(job)
    done = leg.forward(move, actor_of(job))
    move.legs = {**move.legs, leg.name: done}
    move.save(update_fields=["legs"])


def _undo(job: Job) -> None:
    for leg in reversed(LEGS):
        with transaction.atomic():
            jobs.refuse_if_taken(job)
            move = _locked(job)
            if leg.name in move.legs:
                leg.back(move, move.legs[leg.name], actor_of(job))
                move.legs = {name: it for name, it in move.legs.items() if name != leg.name}
                move.save(update_fields=["legs"])
    with transaction.atomic():
        jobs.refuse_if_taken(job)
        _failed(_locked(job), actor_of(job))


def _failed(move: Move, actor: Actor) -> None:
    if move.state != MoveState.RUNNING:
        return
    move.state, move.ended_at = MoveState.FAILED, utc_now()
    move.save(update_fields=["state", "ended_at"])
    name = {"name": move.tenant.name}
    obj = ("tenant", move.tenant.public_id)
    record(action="moves.failed", actor=actor, obj=obj, after=name)
    write_later(move)


def _locked(job: Job) -> Move:
    rows = Move.objects.select_for_update(of=("self",))
    rows = rows.select_related("tenant", "giving", "receiving")
    move = rows.filter(pk=UUID(job.data["move"])).first()
    if move is None:
        raise UnknownMove
    return move
