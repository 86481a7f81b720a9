"""Messages of members who turn out to be one, or who go."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.notifications.models import MemberChoice, Message


def hand_over(kept_id: UUID, absorbed_id: UUID, actor: Actor, now: datetime) -> None:
    """Give the messages of one account to another; what either declined stays declined."""
    Message.objects.filter(member_id=absorbed_id).update(member_id=kept_id)
    given = MemberChoice.objects.filter(pk=absorbed_id).first()
    if given is None:
        return
    MemberChoice.objects.bulk_create([MemberChoice(member_id=kept_id)], ignore_conflicts=True)
    row = MemberChoice.objects.select_for_update().get(pk=kept_id)
    row.unwanted = sorted({*row.unwanted, *given.unwanted})
    row.language = row.language or given.language
    row.save(update_fields=["unwanted", "language"])
    given.delete()


def forget(member_id: UUID, now: datetime) -> None:
    """Delete what was said to a person who goes."""
    Message.objects.filter(member_id=member_id).delete()
    MemberChoice.objects.filter(pk=member_id).delete()
