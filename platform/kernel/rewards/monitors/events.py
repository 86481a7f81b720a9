"""What monitors tell others, after the commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.common.outbox.events import Event, register_event


@register_event
@dataclass(frozen=True, slots=True)
class AlarmRaised(Event):
    """A figure has left its limits, or has got graver.

    Attributes:
        level: ``warn`` or ``act``.
        measure: what was done; ``none`` for a warning.
    """

    name: ClassVar[str] = "reward_monitors.alarm_raised"

    alarm_id: UUID
    monitor: str
    level: str
    measure: str
    figure: str
    limit: str


@register_event
@dataclass(frozen=True, slots=True)
class AlarmEnded(Event):
    """A figure is back within its limits."""

    name: ClassVar[str] = "reward_monitors.alarm_ended"

    alarm_id: UUID
    monitor: str


@register_event
@dataclass(frozen=True, slots=True)
class HaltLifted(Event):
    """Two people let rewards move again."""

    name: ClassVar[str] = "reward_monitors.halt_lifted"

    halt_id: UUID
    monitor: str
