"""What can be asked about the risk queue."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from kernel.rewards.risk.choices import CaseState
from kernel.rewards.risk.errors import UnknownCase
from kernel.rewards.risk.models import Case

_SHOWN = (CaseState.HELD, CaseState.RELEASED)


def holds_of(member_id: UUID) -> QuerySet[Case]:
    """Return what was held of a member, the latest first."""
    return Case.objects.filter(member=member_id, state__in=_SHOWN).order_by("-id")


def queue(state: str = "") -> QuerySet[Case]:
    """Return the cases in a state, the latest first; of all when none is named."""
    rows = Case.objects.order_by("-id")
    return rows.filter(state=state) if state in CaseState.values else rows


def case_with(case_id: UUID) -> Case:
    """Return a case.

    Raises:
        UnknownCase: there is none.
    """
    row = Case.objects.filter(pk=case_id).first()
    if row is None:
        raise UnknownCase
    return row
