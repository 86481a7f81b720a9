"""What the risk queue tells others, after the commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.common.outbox.events import Event, register_event


@register_event
@dataclass(frozen=True, slots=True)
class CaseOpened(Event):
    """Something is to be looked at."""

    name: ClassVar[str] = "reward_risk.case_opened"

    case_id: UUID
    rule: str


@register_event
@dataclass(frozen=True, slots=True)
class PayoutsHeld(Event):
    """Payouts of a member are held, or released."""

    name: ClassVar[str] = "reward_risk.payouts_held"

    case_id: UUID
    member_id: UUID
    is_held: bool
    note: str
