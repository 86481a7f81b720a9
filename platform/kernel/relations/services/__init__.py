"""What can be done with relations. The names that many need stand here."""

from __future__ import annotations

from kernel.relations.services.binding import appoint, contact, release, transfer
from kernel.relations.services.invitations import invite_code_of, inviter
from kernel.relations.services.moving import advance_move
from kernel.relations.services.policy import current_policy, set_policy

__all__ = [
    "advance_move",
    "appoint",
    "contact",
    "current_policy",
    "invite_code_of",
    "inviter",
    "release",
    "set_policy",
    "transfer",
]
