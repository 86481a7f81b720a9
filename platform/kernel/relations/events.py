"""What relations tell the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.common.outbox.events import Event, register_event


@register_event
@dataclass(frozen=True, slots=True)
class SponsorChanged(Event):
    """A member got a sponsor, another one, or lost his.

    Attributes:
        source: a value of `kernel.relations.choices.Source`.
    """

    name: ClassVar[str] = "relations.sponsor_changed"

    member_id: UUID
    sponsor_id: UUID | None
    previous_id: UUID | None
    source: str


@register_event
@dataclass(frozen=True, slots=True)
class MoveWaits(Event):
    """A move has more to rebuild; its own handler goes on with it."""

    name: ClassVar[str] = "relations.move_waits"

    move_id: UUID
