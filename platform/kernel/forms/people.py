"""What members sent, when they turn out to be one, or go."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.forms.models import Submission


def hand_over(kept_id: UUID, absorbed_id: UUID, actor: Actor, now: datetime) -> None:
    """Give what one account sent to another; both entries stay where each was the only one."""
    rows = Submission.objects.filter(member_id=absorbed_id)
    had = Submission.objects.filter(once=kept_id).values("form")
    rows.filter(form__in=list(had.values_list("form", flat=True))).update(once=None)
    rows.filter(once=absorbed_id).update(once=kept_id)
    rows.update(member_id=kept_id)


def forget(member_id: UUID, now: datetime) -> None:
    """Leave of what a person sent that it was sent: no answer, no note, nobody."""
    Submission.objects.filter(member_id=member_id).update(
        member=None, answers=[], note="", page="", once=None
    )
