"""Cases of members who turn out to be one, or who go."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.aftersales.choices import Side
from kernel.aftersales.machine import OVER
from kernel.aftersales.models import Case, CaseEntry
from kernel.aftersales.services.pictures import drop_pictures
from kernel.audit.actor import Actor


def hand_over(kept_id: UUID, absorbed_id: UUID, actor: Actor, now: datetime) -> None:
    """Give the cases of one account to another; joined to the merging of members."""
    Case.objects.filter(member_id=absorbed_id).update(member_id=kept_id)


def forget(member_id: UUID, now: datetime) -> None:
    """Erase what a person said and showed in cases that are over; joined to the erasing."""
    cases = Case.objects.filter(member_id=member_id, state__in=OVER)
    ids = list(cases.values_list("pk", flat=True))
    CaseEntry.objects.filter(case__in=ids, side=Side.BUYER).update(text="")
    drop_pictures(ids)
