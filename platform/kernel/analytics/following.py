"""Who takes figures over when they were made; called within the shop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

Follower: TypeAlias = Callable[[datetime], None]
_followers: dict[str, Follower] = {}


def follow(name: str, follower: Follower) -> None:
    """Be called after each roll-up of a shop; the same name takes the place of the one before."""
    _followers[name] = follower


def tell_followers(now: datetime) -> None:
    """Say that the figures of the current shop are new."""
    for follower in _followers.values():
        follower(now)
