"""Limits that a shop tightened are loosened by two people, down to the installation's."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.rewards.monitors.catalogue import own_monitors
from kernel.rewards.monitors.choices import LooseningState
from kernel.rewards.monitors.errors import (
    LooseningDecided,
    NotLooser,
    OtherPersonNeeded,
)
from kernel.rewards.monitors.models import Loosening
from kernel.rewards.monitors.services.people import refuse_programs
from kernel.rewards.monitors.services.tightening import checked_limits, hold_limits, keep


@transaction.atomic
def ask_to_loosen(
    code: str,
    *,
    warn: Decimal | None,
    act: Decimal | None,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Loosening:
    """Ask for looser limits; those that hold go on until a second person approves.

    A request that waits is overtaken by the new one.

    Raises:
        UnknownMonitor: none has this code.
        ReasonNeeded: no reason.
        PersonNeeded: a program asks.
        LimitLoosened: one of them is looser than the installation's.
        NotLooser: they are no looser than those that hold.
    """
    refuse_programs(actor)
    why = checked_limits(code, warn=warn, act=act, reason=reason)
    hold_limits(code)
    if own_monitors()[code].is_tighter(warn, act):
        raise NotLooser
    Loosening.objects.filter(monitor=code, state=LooseningState.ASKED).update(
        state=LooseningState.DROPPED, decided_at=now
    )
    row = Loosening.objects.create(
        monitor=code,
        warn=warn,
        act=act,
        reason=why,
        asked_by=actor.id,
        asked_name=actor.name[:80],
        asked_at=now,
    )
    _record(row, "loosening_asked", actor, now)
    return row


@transaction.atomic
def loosen(loosening_id: UUID, *, actor: Actor, now: datetime) -> Loosening:
    """Let looser limits hold, as the second person.

    Raises:
        LooseningDecided: nothing waits under this id.
        PersonNeeded: a program agrees.
        OtherPersonNeeded: who agrees is who asked.
        LimitLoosened: the installation's limits are tighter by now.
    """
    refuse_programs(actor)
    row = _waiting(loosening_id)
    if row.asked_by == actor.id:
        raise OtherPersonNeeded
    told: dict[str, Any] = {"warn": row.warn, "act": row.act, "reason": row.reason}
    checked_limits(row.monitor, **told)
    keep(row.monitor, **told, set_by=f"{row.asked_name}, {actor.name}", now=now)
    return _decided(row, LooseningState.APPROVED, actor, now)


@transaction.atomic
def refuse_loosening(loosening_id: UUID, *, actor: Actor, now: datetime) -> Loosening:
    """Leave the limits as they are; who asked may withdraw his request by this too.

    Raises:
        LooseningDecided: nothing waits under this id.
        PersonNeeded: a program refuses.
    """
    refuse_programs(actor)
    return _decided(_waiting(loosening_id), LooseningState.REFUSED, actor, now)


def _waiting(loosening_id: UUID) -> Loosening:
    code = Loosening.objects.filter(pk=loosening_id).values_list("monitor", flat=True).first()
    if code is None:
        raise LooseningDecided
    hold_limits(code)
    row = Loosening.objects.filter(pk=loosening_id, state=LooseningState.ASKED).first()
    if row is None:
        raise LooseningDecided
    return row


def _decided(row: Loosening, state: LooseningState, actor: Actor, now: datetime) -> Loosening:
    row.state, row.decided_at = state, now
    row.decided_by, row.decided_name = actor.id, actor.name[:80]
    row.save(update_fields=["state", "decided_at", "decided_by", "decided_name"])
    _record(
        row, "loosened" if state == LooseningState.APPROVED else "loosening_refused", actor, now
    )
    return row


def _record(row: Loosening, act: str, actor: Actor, now: datetime) -> None:
    record(
        action=f"reward_monitors.{act}",
        actor=actor,
        obj=row,
        after={"name": row.monitor, "warn": str(row.warn), "act": str(row.act),
               "asked_by": row.asked_name},
        reason=row.reason,
        now=now,
    )  # fmt: skip
