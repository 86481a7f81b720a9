"""What check-in tells other modules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from kernel.common.outbox.events import Event, register_event


@register_event
@dataclass(frozen=True, slots=True)
class CheckedIn(Event):
    """A member has a day that he had not before.

    Attributes:
        day: in the tenant's zone.
        points: what it brought, bonus included.
        streak: days in a row that end with this one.
        made_up: True for a day that was repaired later.
    """

    name: ClassVar[str] = "check_in.checked_in"

    member_id: UUID
    day: date
    points: int
    streak: int
    made_up: bool
