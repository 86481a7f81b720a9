"""A shop makes a limit tighter than the installation's."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.rewards.monitors.catalogue import monitor
from kernel.rewards.monitors.errors import LimitLoosened, ReasonNeeded
from kernel.rewards.monitors.models import Limit


@transaction.atomic
def tighten(
    code: str,
    *,
    warn: Decimal | None,
    act: Decimal | None,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Limit:
    """Set a shop's own limits of a monitor; never looser than the installation's.

    Raises:
        UnknownMonitor: none has this code.
        ReasonNeeded: no reason.
        LimitLoosened: one of them is looser.
    """
    one = monitor(code)
    why = reason.replace("\x00", "").strip()[:300]
    if not why:
        raise ReasonNeeded
    if not one.is_tighter(warn, act):
        raise LimitLoosened
    row, _made = Limit.objects.update_or_create(
        monitor=code,
        defaults={
            "warn": warn,
            "act": act,
            "reason": why,
            "set_by": actor.name[:80],
            "set_at": now,
        },
    )
    record(
        action="reward_monitors.tightened",
        actor=actor,
        obj=("reward_monitor", code),
        after={"name": code, "warn": str(warn), "act": str(act)},
        reason=why,
        now=now,
    )
    return row
