"""What modes tell others, after the commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.common.outbox.events import Event, register_event


@register_event
@dataclass(frozen=True, slots=True)
class UnitsExpiring(Event):
    """Units that a member has will be gone soon.

    Attributes:
        asset: code of the asset in the ledger.
        amount: as decimal text.
        last_day: the last day, ISO 8601, on which they can be used.
    """

    name: ClassVar[str] = "rewards.units_expiring"

    member_id: UUID
    asset: str
    amount: str
    last_day: str
