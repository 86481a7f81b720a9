"""What promotions hear of members, after their commit."""

from __future__ import annotations

from kernel.common.outbox.events import Envelope
from kernel.members.events import MemberRegistered
from kernel.promotions.services.taking import welcome


def on_registered(event: MemberRegistered, envelope: Envelope) -> None:
    """Give a new member what every new member gets."""
    welcome(event.member_id, now=envelope.created_at)
