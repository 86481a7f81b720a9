"""What the double remembers: objects of each account, events, idempotent answers."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

Plain = dict[str, Any]


@dataclass
class Endpoint:
    """Somewhere that events are sent to.

    Attributes:
        account: events of this account alone; empty for the keys' own.
        is_connect: hears of connected accounts, as a platform's endpoint does.
    """

    url: str
    secret: str
    key: str
    is_connect: bool = False


@dataclass
class Faults:
    """What goes wrong next; each is used up by the call that it spoils.

    Attributes:
        status: the next writing call answers so, without doing anything.
        drop: the next writing call is done, and the connection closed without an answer.
        hold_events: events wait until they are released.
    """

    status: int = 0
    drop: int = 0
    hold_events: bool = False


@dataclass
class State:
    """Everything; one lock around it."""

    objects: dict[tuple[str, str], Plain] = field(default_factory=dict)
    events: list[Plain] = field(default_factory=list)
    answers: dict[tuple[str, str], tuple[str, int, Plain]] = field(default_factory=dict)
    endpoints: list[Endpoint] = field(default_factory=list)
    waiting: list[tuple[Endpoint, Plain]] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    lock: threading.RLock = field(default_factory=threading.RLock)
    shift: int = 0

    def now(self) -> int:
        """Return the second that objects are made in."""
        return int(time.time()) + self.shift

    def add(self, account: str, kind: str, prefix: str, **fields: object) -> Plain:
        """Make an object of an account."""
        made: Plain = {
            "id": f"{prefix}_{token_hex(12)}",
            "object": kind,
            "created": self.now(),
            "livemode": False,
            **fields,
        }
        self.objects[account, made["id"]] = made
        return made

    def of(self, account: str, kind: str) -> list[Plain]:
        """Return an account's objects of a kind, newest first."""
        found = [
            made
            for (owner, _id), made in self.objects.items()
            if owner == account and made["object"] == kind
        ]
        return found[::-1]

    def forget(self) -> None:
        """Begin anew."""
        with self.lock:
            for kept in (self.objects, self.answers):
                kept.clear()
            for listed in (self.events, self.endpoints, self.waiting, self.calls):
                listed.clear()
            self.faults, self.shift = Faults(), 0
