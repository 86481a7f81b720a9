"""Exemptions of members who turn out to be one, or who go."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.taxes.book import renew
from kernel.taxes.choices import ExemptionState
from kernel.taxes.models import Exemption

_OPEN = (ExemptionState.REQUESTED, ExemptionState.GRANTED)


def hand_over(kept_id: UUID, absorbed_id: UUID, actor: Actor, now: datetime) -> None:
    """Give an account's exemption to another that has none; joined to the merging of members."""
    rows = Exemption.objects.filter(member_id=absorbed_id)
    if Exemption.objects.filter(member_id=kept_id, state__in=_OPEN).exists():
        rows.filter(state__in=_OPEN).update(state=ExemptionState.ENDED, decided_at=now)
    rows.update(member_id=kept_id)


def forget(member_id: UUID, now: datetime) -> None:
    """Delete a person's numbers; orders keep what they were taxed by."""
    deleted, _by_kind = Exemption.objects.filter(member_id=member_id).delete()
    if deleted:
        renew()
