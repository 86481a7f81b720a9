"""What levels and segments tell others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.common.outbox.events import Event, register_event


@register_event
@dataclass(frozen=True, slots=True)
class LevelChanged(Event):
    """A member's level changed.

    Attributes:
        before, after: codes of levels; empty for none.
        is_up: the new one is higher.
        kind: see `kernel.levels.choices.ChangeKind`.
    """

    name: ClassVar[str] = "levels.level_changed"

    member_id: UUID
    before: str
    after: str
    is_up: bool
    kind: str


@register_event
@dataclass(frozen=True, slots=True)
class MemberGrew(Event):
    """A member got growth that no order gave."""

    name: ClassVar[str] = "levels.member_grew"

    member_id: UUID


@register_event
@dataclass(frozen=True, slots=True)
class LevelsEdited(Event):
    """The shop changed its levels, or the choices about them."""

    name: ClassVar[str] = "levels.edited"

    change: str


@register_event
@dataclass(frozen=True, slots=True)
class SegmentChanged(Event):
    """A segment was made, changed, counted anew or deleted."""

    name: ClassVar[str] = "levels.segment_changed"

    segment_id: UUID
    change: str
