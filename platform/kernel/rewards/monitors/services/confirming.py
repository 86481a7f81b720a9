"""A second person confirms what somebody changed by hand."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.audit.services import record
from kernel.rewards.monitors.errors import HaltNotFound, OtherPersonNeeded, ReasonNeeded
from kernel.rewards.monitors.models import Confirmation
from kernel.rewards.monitors.standing import BY_HAND


@transaction.atomic
def confirm(entry_id: UUID, *, note: str, actor: Actor, now: datetime) -> Confirmation:
    """Confirm a change by hand as the second person; once.

    Raises:
        HaltNotFound: there is no such change.
        ReasonNeeded: the change has no reason, and the note gives none either.
        OtherPersonNeeded: who confirms is who made it.
    """
    entry = AuditEntry.objects.filter(pk=entry_id, action__in=BY_HAND).first()
    if entry is None:
        raise HaltNotFound
    words = note.replace("\x00", "").strip()[:300]
    if not entry.reason and not words:
        raise ReasonNeeded
    if entry.actor_id == actor.id:
        raise OtherPersonNeeded
    known = Confirmation.objects.filter(pk=entry.pk).first()
    if known is not None:
        return known
    row = Confirmation.objects.create(
        entry_id=entry.pk,
        made_by=entry.actor_id,
        confirmed_by=actor.id,
        confirmed_name=actor.name[:80],
        note=words,
        confirmed_at=now,
    )
    record(
        action="reward_monitors.confirmed",
        actor=actor,
        obj=("audit_entry", str(entry.pk)),
        after={"name": entry.action, "sequence": entry.sequence},
        reason=words,
        now=now,
    )
    return row
