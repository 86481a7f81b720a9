"""Where parts above members join in: opening, merging and erasing accounts.

Each function runs in the transaction of what it joins, in the order of
registration, once per process and name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.members.models import Member

ATTRIBUTION_COOKIE: Final = "via"


@dataclass(frozen=True, slots=True)
class Arrival:
    """How somebody found the way here.

    Attributes:
        invite_code: as he typed it, or empty.
        attribution: what the browser kept of a shared link; signed, or empty.
    """

    invite_code: str = ""
    attribution: str = ""


Welcome: TypeAlias = Callable[[Member, Arrival, datetime], bool]
"""Called with a new member; returns whether somebody invited him."""

Merge: TypeAlias = Callable[[UUID, UUID, Actor, datetime], None]
"""Called with the member that stays and the one whose things he takes over."""

Erase: TypeAlias = Callable[[UUID, datetime], None]
"""Called with a member whose personal data must go; amounts stay."""

SignIn: TypeAlias = Callable[[Member, datetime], None]
"""Called with a member who has signed in."""

_welcomes: dict[str, Welcome] = {}
_merges: dict[str, Merge] = {}
_erases: dict[str, Erase] = {}
_sign_ins: dict[str, SignIn] = {}


def on_welcome(name: str, function: Welcome) -> None:
    """Join the opening of accounts."""
    _welcomes[name] = function


def on_sign_in(name: str, function: SignIn) -> None:
    """Join signing in."""
    _sign_ins[name] = function


def tell_sign_in(member: Member, now: datetime) -> None:
    """Tell everybody that a member has signed in."""
    for function in _sign_ins.values():
        function(member, now)


def on_merge(name: str, function: Merge) -> None:
    """Join the merging of accounts."""
    _merges[name] = function


def on_erase(name: str, function: Erase) -> None:
    """Join the erasing of personal data."""
    _erases[name] = function


def welcome(member: Member, arrival: Arrival, *, now: datetime) -> bool:
    """Tell everybody of a new member; return whether he was invited."""
    # All of them are asked, also after a yes: each may have something to do.
    answers = [function(member, arrival, now) for function in _welcomes.values()]
    return any(answers)


def merge(kept_id: UUID, absorbed_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Have everybody hand an account's things over."""
    for function in _merges.values():
        function(kept_id, absorbed_id, actor, now)


def erase(member_id: UUID, *, now: datetime) -> None:
    """Have everybody forget a person."""
    for function in _erases.values():
        function(member_id, now)
