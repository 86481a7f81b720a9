"""Modes switched on, off, and one for another once the old one owes nothing more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.rewards.choices import ProgrammeState
from kernel.rewards.errors import AlreadyRunning, LiabilitiesOpen, UnknownProgramme
from kernel.rewards.models import Programme
from kernel.rewards.services.liabilities import open_liabilities
from kernel.rewards.services.programmes import open_programme


@transaction.atomic
def start(
    name: str,
    packs: Sequence[str],
    parameters: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> Programme:
    """Switch modes on that were approved.

    Raises:
        AlreadyRunning: these modes with these figures run already.
        ProgrammeNotPermitted: nobody approved them.
    """
    if running_with(packs, parameters) is not None:
        raise AlreadyRunning(packs=list(packs))
    programme = open_programme(name.strip()[:80] or ", ".join(packs)[:80], packs, parameters)
    record(action="reward_programmes.started", actor=actor, obj=programme,
           after={"name": programme.name, "packs": list(packs)}, now=now)  # fmt: skip
    return programme


@transaction.atomic
def close(programme_id: UUID, *, reason: str, actor: Actor, now: datetime) -> Programme:
    """Switch a programme off.

    Raises:
        UnknownProgramme: none that runs has this id.
        LiabilitiesOpen: it still owes; ``open`` says what.
    """
    programme = (
        Programme.objects.select_for_update()
        .filter(pk=programme_id, state=ProgrammeState.LIVE)
        .first()
    )
    if programme is None:
        raise UnknownProgramme
    left = open_liabilities(programme)
    if left:
        raise LiabilitiesOpen(open=[[one.kind, one.what, one.amount] for one in left])
    programme.state = ProgrammeState.CLOSED
    programme.save(update_fields=["state"])
    record(action="reward_programmes.closed", actor=actor, obj=programme,
           after={"name": programme.name}, reason=reason[:500], now=now)  # fmt: skip
    return programme


@transaction.atomic
def switch(
    programme_id: UUID,
    packs: Sequence[str],
    parameters: Mapping[str, Any],
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Programme:
    """Switch one mode off and another on, both or neither.

    Raises:
        As `close` and `start`.
    """
    close(programme_id, reason=reason, actor=actor, now=now)
    return start("", packs, parameters, actor=actor, now=now)


def running_with(packs: Sequence[str], parameters: Mapping[str, Any]) -> Programme | None:
    """Return the programme that runs modes with these figures."""
    rows = Programme.objects.filter(state=ProgrammeState.LIVE, packs=list(packs))
    return next((row for row in rows if row.parameters == dict(parameters)), None)
