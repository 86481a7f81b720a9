"""Fields of members who turn out to be one, or who go."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.fields.choices import Subject
from kernel.fields.models import OwnValue


def hand_over(kept_id: UUID, absorbed_id: UUID, actor: Actor, now: datetime) -> None:
    """Give what stands in one account's fields to another, where that has nothing."""
    rows = OwnValue.objects.filter(own_field__subject=Subject.MEMBER)
    filled = rows.filter(object_id=kept_id).values("own_field")
    rows.filter(object_id=absorbed_id).exclude(own_field__in=filled).update(object_id=kept_id)
    rows.filter(object_id=absorbed_id).delete()


def forget(member_id: UUID, now: datetime) -> None:
    """Forget what stood in the fields of a person who goes."""
    OwnValue.objects.filter(own_field__subject=Subject.MEMBER, object_id=member_id).delete()
