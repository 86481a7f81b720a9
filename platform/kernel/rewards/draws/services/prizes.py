"""What a winner gets at once, and that he is told."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from kernel.common.outbox.publishing import publish
from kernel.ledger.services import Leg, Owner, post, system
from kernel.rewards.draws.events import PrizeWon
from kernel.rewards.draws.models import Draw, Win

SOURCE: Final = "draws"


def hand_out(draw: Draw, win: Win, *, now: datetime) -> None:
    """Put a prize on the account of its winner, once, and tell him; goods are sent by hand."""
    prize = draw.prizes[win.prize]
    if prize["asset"]:
        owner, units = Owner("member", win.member_id), int(prize["units"])
        legs = [Leg(system(SOURCE), prize["asset"], -units), Leg(owner, prize["asset"], units)]
        post(
            key=f"draw:{draw.id.hex}:{win.number}",
            kind="draw.won",
            legs=legs,
            occurred_at=now,
            reference=("draw", draw.id),
        )
    publish(
        PrizeWon(draw.id, win.member_id, win.number, str(draw), str(prize["name"])),
        aggregate=f"draw:{draw.id.hex}",
    )
