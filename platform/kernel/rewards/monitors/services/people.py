"""What two people decide is decided by people."""

from __future__ import annotations

from kernel.audit.actor import Actor
from kernel.rewards.monitors.errors import PersonNeeded


def refuse_programs(actor: Actor) -> None:
    """Refuse who is no person: a key would let one person be two.

    Raises:
        PersonNeeded: it is a program.
    """
    if actor.kind == "program":
        raise PersonNeeded
