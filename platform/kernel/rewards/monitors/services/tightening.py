"""A shop makes a limit tighter than the installation's; one person can."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.rewards.monitors.catalogue import monitor, own_monitors
from kernel.rewards.monitors.choices import LooseningState
from kernel.rewards.monitors.errors import LimitLoosened, ReasonNeeded, SecondPersonFirst
from kernel.rewards.monitors.models import Limit, Loosening


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
    """Set a shop's own limits of a monitor; never looser than those that hold.

    A request to loosen them that waits is overtaken by this.

    Raises:
        UnknownMonitor: none has this code.
        ReasonNeeded: no reason.
        LimitLoosened: one of them is looser than the installation's.
        SecondPersonFirst: one of them is looser than what holds now.
    """
    why = checked_limits(code, warn=warn, act=act, reason=reason)
    hold_limits(code)
    if not own_monitors()[code].is_tighter(warn, act):
        raise SecondPersonFirst
    row = keep(code, warn=warn, act=act, reason=why, set_by=actor.name, now=now)
    Loosening.objects.filter(monitor=code, state=LooseningState.ASKED).update(
        state=LooseningState.DROPPED, decided_at=now
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


def hold_limits(code: str) -> None:
    """Let nobody else change the limits of a monitor until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext(current_schema()), hashtext(%s))",
            [f"reward_monitors.limits.{code}"],
        )


def checked_limits(code: str, *, warn: Decimal | None, act: Decimal | None, reason: str) -> str:
    """Return the reason of limits that may be set at all.

    Raises:
        UnknownMonitor: none has this code.
        ReasonNeeded: no reason.
        LimitLoosened: one of them is looser than the installation's.
    """
    one = monitor(code)
    why = reason.replace("\x00", "").strip()[:300]
    if not why:
        raise ReasonNeeded
    if not one.is_tighter(warn, act):
        raise LimitLoosened
    return why


def keep(
    code: str, *, warn: Decimal | None, act: Decimal | None, reason: str, set_by: str, now: datetime
) -> Limit:
    """Keep the limits that hold from now on."""
    row, _made = Limit.objects.update_or_create(
        monitor=code,
        defaults={
            "warn": warn,
            "act": act,
            "reason": reason,
            "set_by": set_by[:80],
            "set_at": now,
        },
    )
    return row
