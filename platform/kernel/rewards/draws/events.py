"""What draws tell others, after the commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.common.outbox.events import Event, register_event


@register_event
@dataclass(frozen=True, slots=True)
class PrizeWon(Event):
    """An entry of a member has won a prize."""

    name: ClassVar[str] = "reward_draws.prize_won"

    draw_id: UUID
    member_id: UUID
    number: int
    title: str
    prize: str


@register_event
@dataclass(frozen=True, slots=True)
class DrawRevealed(Event):
    """The seed of a draw was told, and with it who has won."""

    name: ClassVar[str] = "reward_draws.revealed"

    draw_id: UUID
    entries: int
    wins: int
