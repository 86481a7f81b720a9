"""Members as those who act."""

from __future__ import annotations

from kernel.audit.actor import Actor
from kernel.members.models import Member


def member_actor(member: Member) -> Actor:
    """Return a member as an actor, without the name: logs outlive accounts."""
    return Actor("member", member.public_id)
