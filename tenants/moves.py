"""Tells others in the process that a tenant came from one state to another."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from tenants.models import Tenant

Follower: TypeAlias = Callable[[Tenant, str, str], None]
_followers: list[Follower] = []


def follow(follower: Follower) -> None:
    """Have somebody told of each move, in the transaction that makes it; again changes nothing."""
    if follower not in _followers:
        _followers.append(follower)


def announce_move(tenant: Tenant, before: str, after: str) -> None:
    """Tell of a move."""
    for follower in _followers:
        follower(tenant, str(before), str(after))
