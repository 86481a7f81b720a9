"""What of risk goes along with accounts that are joined or erased."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.rewards.risk.choices import CaseState
from kernel.rewards.risk.models import Case, Trace


def hand_over(kept: UUID, merged: UUID, actor: Actor, now: datetime) -> None:
    """Let holds follow the account that takes over; traces are made anew."""
    Case.objects.filter(member=merged, state=CaseState.HELD).update(member=kept)
    Trace.objects.filter(member=merged).delete()


def forget(member_id: UUID, now: datetime) -> None:
    """Forget by what somebody was seen, and what he wrote."""
    Trace.objects.filter(member=member_id).delete()
    Case.objects.filter(member=member_id).update(objection="")
